import { createServer } from 'node:http';
import pino from 'pino';
import { pinoHttp } from 'pino-http';

const logger = pino({
  base: null,
  transport: {
    targets: [
      { target: 'pino-pretty', options: { colorize: false, ignore: 'time,req,res,responseTime', destination: 1 } },
      { target: 'pino/file', options: { destination: `${process.env.TMPDIR}/app.log` } },
    ],
  },
});
const logging = pinoHttp({ logger, autoLogging: false });
createServer((request, response) => {
  logging(request, response);
  logger.info({ url: request.url }, 'asked');
  response.end('logged');
}).listen(Number(process.env.PORT));
process.on('exit', () => undefined);
