// log4js@6.9.1
import log4js from 'log4js';

log4js.configure({
  appenders: { out: { type: 'stdout', layout: { type: 'messagePassThrough' } } },
  categories: { default: { appenders: ['out'], level: 'info' } },
});
log4js.getLogger().info('hello');
