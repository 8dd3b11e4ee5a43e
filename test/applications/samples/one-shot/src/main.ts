import { Command } from 'commander';

const program = new Command().name('one-shot').argument('<numbers...>').option('--times <n>', 'factor', '1');
program.parse();
const numbers = program.args.map(Number);
console.log(numbers.map((number) => number * Number(program.opts().times)).join(' '));
if (numbers.some(Number.isNaN)) throw new RangeError('not a number');
