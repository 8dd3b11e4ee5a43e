// npm run applications [-- [plain | arm64 | survey] NAME...]
import { findSamples } from './table.ts';
import { plainSample, trySample, type Tried } from './try-sample.ts';

const words = process.argv.slice(2);
const mode = ['plain', 'arm64', 'survey'].find((known) => known === words[0]);
const isEmulated = mode === 'arm64';
const named = findSamples(mode === undefined ? words : words.slice(1));
const chosen = isEmulated ? named.filter(({ isForArm64 }) => isForArm64 === true) : named;

let good = 0;
for (const sample of chosen) {
  try {
    if (mode === 'plain') console.log(`== ${sample.name}\n${await plainSample(sample)}`);
    else good += show(sample.name, await trySample(sample, { isEmulated }));
  } catch (error) {
    console.log(`FAIL ${sample.name}\n       ${(error as Error).message.trim().replaceAll('\n', '\n       ')}`);
  }
}
if (mode !== 'plain') {
  console.log(`\n${good} of ${chosen.length}`);
  process.exitCode = good === chosen.length ? 0 : 1;
}

function show(name: string, { differences, buildMs, sizeBytes, startRatio }: Tried): number {
  const figures = `${buildMs} ms, ${(sizeBytes / 1e6).toFixed(1)} MB, starts in ${startRatio.toFixed(2)} of the time`;
  const isGood = differences.length === 0;
  console.log([`${isGood ? 'ok  ' : 'FAIL'} ${name}: ${figures}`, ...differences].join('\n       '));
  return isGood ? 1 : 0;
}
