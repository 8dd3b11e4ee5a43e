// debug@4.4.3 chalk@6.0.1 signale@1.4.0
import chalk from 'chalk';
import debug from 'debug';
import signale from 'signale';

debug.enable('x');
debug('x').log = console.log;
console.log(chalk.red('red').length, debug('x').enabled, typeof signale.success);
