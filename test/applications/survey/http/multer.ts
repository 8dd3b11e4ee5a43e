// multer@2.5.0 express@5.3.0
import express from 'express';
import multer from 'multer';
import { ask } from './ask.ts';

const body = new FormData();
body.set('word', 'hi');
body.set('file', new Blob(['content']), 'a.txt');
const app = express().post('/', multer().single('file'), ({ file, body: { word } }, response) => {
  response.json([file?.originalname, file?.size, word]);
});
console.log(await ask(app, '/', { method: 'POST', body }));
