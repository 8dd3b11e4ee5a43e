// puppeteer-core@25.16.0
import puppeteer from 'puppeteer-core';

await puppeteer.launch({ executablePath: '/no/browser' }).catch((error) => console.log(error.message));
