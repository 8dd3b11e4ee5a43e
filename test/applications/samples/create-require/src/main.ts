import module, { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const load: NodeJS.Require = module.createRequire(import.meta.url);
const numbers: number[] = require('./numbers.json');
const { sum } = require('./sum.cjs') as { sum: (numbers: number[]) => number };
const { twice } = load('./twice.cjs') as { twice: (number: number) => number };
const { unit } = createRequire(import.meta.url)('./unit.cjs') as { unit: string };

createServer((_, response) => response.end(`${twice(sum(numbers))} ${unit}`)).listen(Number(process.env['PORT']));
