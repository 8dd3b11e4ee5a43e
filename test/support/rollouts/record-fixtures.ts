// npm run record-fixtures [-- CASE...]: brings a real cluster into each situation of test/support/rollouts/cases*.ts, one namespace
// each, and writes what its API shows to test/fixtures/rollouts/. The cluster is that of SELFSAME_TEST_CLUSTER: its nodes
// share this machine's network, where a registry and a store answer as badly as they are asked to.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printError } from '../../../src/cli/output/print-error.ts';
import { loadImage, loadServerImage, serverImage } from '../cluster/cluster.ts';
import { cases } from './cases.ts';
import { record } from './record.ts';
import { startServer } from './server.ts';
import { type Images, openStage } from './stage.ts';
import { buildRunnerImage } from '../../../src/toolchain/runner-image.ts';

/** Most of the time is waiting for the kubelet. */
const atOnce = 3;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !(name in cases));
  if (unknown !== undefined) throw new Error(`No case "${unknown}"; there are: ${Object.keys(cases).join(', ')}`);
  const images = await loadImages();
  await using server = await startServer(serverImage);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
  const left = names.length > 0 ? [...names] : Object.keys(cases);
  let failures = 0;
  async function work(): Promise<void> {
    for (let name = left.shift(); name !== undefined && !stop.signal.aborted; name = left.shift()) {
      const given = cases[name];
      if (given === undefined) continue;
      try {
        await using stage = await openStage({ server, images, signal: stop.signal });
        const { sizeBytes, told } = await record(name, given, stage);
        const said = told === undefined ? 'nothing told' : `${told.cause} told after ${told.afterMs.toFixed(0)} ms`;
        console.log(`${name}: ${sizeBytes} bytes; ${said}; expected ${given.expected}`);
      } catch (error) {
        failures += 1;
        printError(error, (line) => console.error(`${name}: ${line}`));
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures === 0 ? 0 : 1;
}

async function loadImages(): Promise<Images> {
  await loadServerImage();
  const runner = 'localhost/selfsame-runner:recording';
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-recording-'));
  try {
    await writeFile(join(folder, 'Dockerfile'), `FROM ${await buildRunnerImage({ tag: runner, tool: 'buildah' })}\n`);
    await loadImage(runner, folder);
    const foreign = 'localhost/selfsame-foreign:recording';
    await writeFile(join(folder, 'program'), elfHeaderForS390x());
    const lines = ['FROM scratch', 'COPY --chmod=755 program /program', 'USER 65532:65532', 'ENTRYPOINT ["/program"]'];
    await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
    await loadImage(foreign, folder);
    return { runner, foreign };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Enough for the kernel to see that it cannot run it: big-endian ELF 64, executable, machine 22. */
function elfHeaderForS390x(): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);
  header.writeUInt16BE(2, 16);
  header.writeUInt16BE(22, 18);
  return header;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = printError(error, console.error);
}
