import { createServer } from 'node:http';
import { chromium, devices } from 'playwright-core';
import puppeteer from 'puppeteer-core';

const first = (error: Error): string => error.message.split('\n')[0] ?? '';
createServer(async (_request, response) => {
  const one = await chromium.launch({ executablePath: '/no/browser' }).then(String, first);
  const other = await puppeteer.launch({ executablePath: '/no/browser' }).then(String, first);
  response.end(JSON.stringify([one, other, devices['iPhone 13']?.viewport]));
}).listen(Number(process.env.PORT));
