import { createServer } from 'node:http';
import { priceOf, rates } from '@shop/prices';
import ms from 'ms';

createServer((request, response) => {
  response.end(`${request.url} costs ${priceOf(request.url ?? '')}, ${rates()} after ${ms('2 days')}`);
}).listen(Number(process.env.PORT));
