// npm run applications [-- [plain | arm64 | survey] NAME...]
//
//     NAME...   samples, or programs of the survey; all of them unless said
//     plain     shows what they do on plain Node.js, and builds nothing
//     arm64     those with native code, rebuilt for the other architecture
//     survey    popular packages instead of the samples
import type { SampleApplication } from './sample.ts';
import { surveyed, surveyProject } from './survey.ts';
import { samples } from './table.ts';
import { plainSample, trySample, type TriedSample } from './try-sample.ts';

const words = process.argv.slice(2);
const [isPlain, isEmulated, isSurvey] = ['plain', 'arm64', 'survey'].map((mode) => words.includes(mode));
const names = words.filter((word) => !['plain', 'arm64', 'survey'].includes(word));

let good = 0;
let all = 0;
const known = isSurvey === true ? surveyed : samples;
const unknown = names.find((name) => !known.some((each) => each.name === name));
if (unknown !== undefined) throw new Error(`There is no ${unknown}: ${known.map(({ name }) => name).join(' ')}`);

if (isSurvey === true) {
  for (const program of surveyed.filter(isWanted)) {
    using project = surveyProject(program);
    await tell({ name: program.name }, project.path);
  }
} else {
  for (const sample of samples.filter(isWanted)) {
    if (isEmulated !== true || sample.isForArm64 === true) await tell(sample);
  }
}
if (isPlain !== true) {
  console.log(`\n${good} of ${all}`);
  process.exitCode = good === all ? 0 : 1;
}

function isWanted({ name }: { readonly name: string }): boolean {
  return names.length === 0 || names.includes(name);
}

async function tell(sample: SampleApplication, sources?: string): Promise<void> {
  const from = sources === undefined ? {} : { sources };
  try {
    if (isPlain === true) {
      console.log(`== ${sample.name}\n${await plainSample(sample, from)}`);
      return;
    }
    const tried = await trySample(sample, { ...from, isEmulated: isEmulated === true });
    // A program of the survey that fails on plain Node.js as well says nothing about us.
    if (isSurvey === true && tried.plainStatus !== 0) {
      console.log(`none ${sample.name}: on plain Node.js it ends with ${tried.plainStatus}`);
      return;
    }
    good += show(sample.name, tried);
  } catch (error) {
    console.log(`FAIL ${sample.name}\n       ${(error as Error).message.trim().replaceAll('\n', '\n       ')}`);
  }
  all += 1;
}

function show(name: string, { differences, buildMs, sizeBytes, startRatio }: TriedSample): number {
  const figures = `${buildMs} ms, ${(sizeBytes / 1e6).toFixed(1)} MB, starts in ${startRatio.toFixed(2)} of the time`;
  const isGood = differences.length === 0;
  console.log([`${isGood ? 'ok  ' : 'FAIL'} ${name}: ${figures}`, ...differences].join('\n       '));
  return isGood ? 1 : 0;
}
