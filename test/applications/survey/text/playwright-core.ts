// playwright-core@1.65.1
import { devices, firefox } from 'playwright-core';

await firefox.launch({ executablePath: '/no/browser' }).catch((error) => console.log(error.message.split('\n')[0]));
console.log(devices['Pixel 5'].viewport);
