// express@5.3.0
import express from 'express';
import { ask } from './ask.ts';

const app = express().get('/:name', (request, response) => void response.json(request.params));
console.log(await ask(app, '/ada'), await ask(app, '/'));
