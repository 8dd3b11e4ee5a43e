import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import manifest from '../package.json' with { type: 'json' };
import colours from './colours.json' with { type: 'json' };

const require = createRequire(import.meta.url);
const shapes: unknown = require('./shapes.json');
const text = readFileSync(new URL('./note.txt', import.meta.url), 'utf8').trim();
createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name: manifest.name, version: manifest.version, colours, shapes, text }));
}).listen(Number(process.env.PORT));
