import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import winston from 'winston';
import 'winston-daily-rotate-file';

const dirname = join(process.env.TMPDIR ?? '/tmp', 'logs');
const file = new winston.transports.DailyRotateFile({ dirname, filename: 'app.log', datePattern: '[day]' });
const logger = winston.createLogger({ transports: [new winston.transports.Console(), file] });
createServer(async (request, response) => {
  const written = new Promise((resolve) => file.once('logged', resolve));
  logger.info('asked', { url: request.url });
  await written;
  response.end(request.url === '/log' ? await readFile(join(dirname, 'app.log.day'), 'utf8') : 'logged');
}).listen(Number(process.env.PORT));
