// npm run runner-image [-- --runtime --arch arm64 --tag NAME --tool buildah]: builds Dockerfile.runner with Docker or buildah.
import { parseArgs } from 'node:util';
import { buildRunnerImage, type RunnerImageOptions } from '../src/toolchain/runner-image.ts';

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    tag: { type: 'string' },
    runtime: { type: 'boolean' },
    tool: { type: 'string' },
    base: { type: 'string' },
  },
});
console.log(await buildRunnerImage(values as RunnerImageOptions));
