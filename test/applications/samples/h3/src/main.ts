import { createServer } from 'node:http';
import { H3, readBody, toNodeHandler } from 'h3';

const app = new H3();
app.get('/', () => 'h3');
app.get('/hi/:name', (event) => ({ hi: event.context.params?.name }));
app.post('/echo', async (event) => ({ echo: await readBody(event) }));
createServer(toNodeHandler(app)).listen(Number(process.env.PORT));
