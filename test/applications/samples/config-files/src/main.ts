import config from 'config';
import 'dotenv/config';
import express from 'express';

const app = express();
app.get('/', (_request, response) => {
  response.json({ title: config.get('title'), depth: config.get('nested.depth'), token: process.env.TOKEN });
});
app.listen(Number(process.env.PORT));
