// npm run fuzz [-- SEED [TIMES]]: the property-based tests, with many times as many executions as a run of all tests has.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { jestWords } from '../support/run/parts.ts';

const [seed = String(randomInt(2 ** 31)), times = '100'] = process.argv.slice(2);
console.log(`Seed ${seed}, ${times} times as long. Again: npm run fuzz -- ${seed} ${times}`);
const env = { ...process.env, SELFSAME_FUZZ_SEED: seed, SELFSAME_FUZZ_TIMES: times };
const jest = spawn(process.execPath, jestWords('unit', { only: ['test/fuzz/'], more: [] }), { stdio: 'inherit', env });
[process.exitCode] = (await once(jest, 'exit')) as [number];
