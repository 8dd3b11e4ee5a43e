// winston@3.19.0
import winston from 'winston';

winston
  .createLogger({ format: winston.format.simple(), transports: [new winston.transports.Console()] })
  .info('hello', { a: 1 });
