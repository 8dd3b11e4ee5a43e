// yargs@18.2.0 commander@15.1.0 inquirer@14.2.5
import { Command } from 'commander';
import yargs from 'yargs';

console.log(
  new Command().option('--a <n>').parse(['--a', '1'], { from: 'user' }).opts(),
  await yargs(['--b', '2']).locale('de').getHelp(),
);
