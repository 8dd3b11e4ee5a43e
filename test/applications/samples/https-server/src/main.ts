import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../tls', name));
createServer({ key: read('key.pem'), cert: read('cert.pem') }, (request, response) => {
  response.end(`secret ${request.url} ${(request.socket as { encrypted?: boolean }).encrypted}`);
}).listen(Number(process.env.PORT));
