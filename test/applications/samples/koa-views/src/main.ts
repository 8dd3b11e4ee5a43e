import { join } from 'node:path';
import Router from '@koa/router';
import views from '@ladjs/koa-views';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import serve from 'koa-static';

const app = new Koa();
const router = new Router();
router.get('/', async (context) => context.render('index', { title: 'Koa', words: ['one', 'two'] }));
router.post('/echo', (context) => {
  context.body = { echo: context.request.body };
});
router.get('/teapot', (context) => context.throw(418, 'short and stout'));
app.use(serve(join(import.meta.dirname, '../public')));
app.use(bodyParser());
app.use(views(join(import.meta.dirname, 'views'), { extension: 'ejs' }));
app.use(router.routes());
app.listen(Number(process.env.PORT));
