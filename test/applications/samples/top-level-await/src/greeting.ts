import { setTimeout as wait } from 'node:timers/promises';

await wait(10);
export const greeting = await Promise.resolve('hello');
