import { createServer } from 'node:http';
import bunyan from 'bunyan';
import errors from 'restify-errors';

const log = bunyan.createLogger({ name: 'shop', serializers: bunyan.stdSerializers });
createServer((request, response) => {
  log.info({ url: request.url }, 'asked');
  const error = new errors.NotFoundError('no %s', request.url);
  response.writeHead(error.statusCode).end(JSON.stringify(error));
}).listen(Number(process.env.PORT));
