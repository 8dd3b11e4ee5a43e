// pino@10.4.0 pino-pretty@13.2.0
import pino from 'pino';
import pretty from 'pino-pretty';

pino({ base: null, timestamp: false }).info({ a: 1 }, 'plain');
pino({ base: null, timestamp: false }, pretty({ sync: true, colorize: false })).warn('pretty');
