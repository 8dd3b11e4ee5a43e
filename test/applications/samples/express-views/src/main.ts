import { join } from 'node:path';
import express from 'express';
import { engine } from 'express-handlebars';

const app = express();
app.engine('handlebars', engine({ layoutsDir: join(__dirname, 'views/layouts') }));
app.set('views', join(__dirname, 'views'));
app.set('view engine', 'ejs');
app.use('/assets', express.static(join(__dirname, '../assets')));
app.get('/', (_request, response) => response.render('index', { title: 'EJS', items: ['a', 'b'] }));
app.get('/pug', (_request, response) => response.render('page.pug', { title: 'Pug' }));
app.get('/handlebars', (_request, response) => response.render('page.handlebars', { title: 'Handlebars' }));
app.listen(Number(process.env.PORT));
