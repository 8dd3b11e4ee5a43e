// helmet@8.3.0 cors@2.8.6 compression@1.8.2 morgan@1.12.1 express@5.3.0
import compression from 'compression';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import morgan from 'morgan';
import { ask } from './ask.ts';

const app = express().use(morgan(':method :status'), helmet(), cors(), compression());
app.get('/', (_request, response) => void response.send('x'.repeat(2000)));
console.log((await ask(app))[1]?.length);
