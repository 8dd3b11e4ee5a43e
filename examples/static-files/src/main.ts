import express from 'express';

const app = express();
app.use(express.static('public', { maxAge: '1h' }));
app.use((_request, response) => {
  response.status(404).sendFile('404.html', { root: 'public' });
});

app.listen(Number(process.env.PORT ?? 3000), () => console.log('The site is served'));
