import compression from 'compression';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import express from 'express';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import { routes } from './routes.js';

const app = express();
app.use(helmet(), cors({ origin: 'https://example.org' }), compression({ threshold: 0 }), cookieParser('secret'));
app.use(morgan(':method :url :status'));
app.use(session({ secret: 'secret', resave: false, saveUninitialized: false }));
app.use('/api', routes);

const server = app.listen(Number(process.env.PORT), () => console.log('listening'));
process.on('SIGTERM', () => server.close(() => console.log('closed')));
