import express from 'express';

const app = express();
app.use(express.static('public'));
app.listen(Number(process.env.PORT));
