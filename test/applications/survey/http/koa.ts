// koa@3.3.0
import Koa from 'koa';
import { ask } from './ask.ts';

const app = new Koa();
app.use((context) => {
  context.body = { path: context.path };
});
console.log(await ask(app.callback(), '/a'));
