// formidable@3.5.4
import formidable from 'formidable';
import { ask } from './ask.ts';

const body = new FormData();
body.set('word', 'hi');
const app = async (request: any, response: any) => response.end(JSON.stringify(await formidable().parse(request)));
console.log(await ask(app, '/', { method: 'POST', body }));
