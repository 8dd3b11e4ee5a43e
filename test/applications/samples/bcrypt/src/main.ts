import { createServer } from 'node:http';
import bcrypt from 'bcrypt';

createServer(async (request, response) => {
  const password = decodeURIComponent(request.url ?? '');
  const hash = await bcrypt.hash(password, '$2b$04$abcdefghijklmnopqrstuu');
  response.end(`${hash} ${await bcrypt.compare(password, hash)}`);
}).listen(Number(process.env.PORT));
