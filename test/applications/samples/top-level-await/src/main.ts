import { createServer } from 'node:http';
import { greeting } from './greeting.ts';

const { default: settings } = await import('./settings.ts');
createServer((_request, response) => response.end(`${greeting} ${settings.name}`)).listen(Number(process.env.PORT));
