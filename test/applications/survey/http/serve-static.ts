// serve-static@2.2.1 finalhandler@2.1.1 mime-types@3.0.2 etag@2.0.0
import { fileURLToPath } from 'node:url';
import finalhandler from 'finalhandler';
import mime from 'mime-types';
import serve from 'serve-static';
import { ask } from './ask.ts';

const statics = serve(fileURLToPath(new URL('.', import.meta.url)));
console.log(mime.lookup('a.html'), await ask((a: any, b: any) => statics(a, b, finalhandler(a, b)), '/nothing.txt'));
