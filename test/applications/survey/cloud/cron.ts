// cron@4.4.0 node-cron@4.6.0
import { CronTime } from 'cron';
import { validate } from 'node-cron';

console.log(validate('* * * * *'), new CronTime('0 0 1 1 *').source);
