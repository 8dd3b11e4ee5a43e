import { createServer } from 'node:http';
import geoip from 'geoip-lite';

createServer((request, response) => {
  response.end(JSON.stringify(geoip.lookup(request.url?.slice(1) ?? '')));
}).listen(Number(process.env.PORT));
