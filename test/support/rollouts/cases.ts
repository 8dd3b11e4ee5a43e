import type { Case } from './case.ts';
import { courseCases } from './cases-course.ts';
import { imageCases } from './cases-image.ts';
import { nodeCases } from './cases-node.ts';
import { refusedCases } from './cases-refused.ts';
import { runnerCases } from './cases-runner.ts';
import { startCases } from './cases-start.ts';

/** Every recorded situation by the name of its file. */
export const cases: Readonly<Record<string, Case>> = {
  ...imageCases,
  ...runnerCases,
  ...startCases,
  ...refusedCases,
  ...nodeCases,
  ...courseCases,
};
