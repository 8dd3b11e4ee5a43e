// The runner for an image that has Node.js and nothing of ours: node runner.cjs [ARG...] passes all its arguments on.
//
// It does what runner/run.sh does, by the same environment, exit statuses and words (its head has them all), where the image
// is the official one of Node.js: it makes the first part of the executable out of the image's own Node.js, adds the rest,
// and becomes it. Bytes whose SHA-256 is not the one asked for are never run. Beside those of run.sh it reads
//
//   SELFSAME_BLOB_DIR         folder with the application: files 000, 001, ... that joined are its blob, compressed with zstd;
//                             nothing is fetched then
//   SELFSAME_BLOB_SHA256      of the blob, 64 lower-case hex digits
//   SELFSAME_BLOB_SIZE        bytes of the blob
//   SELFSAME_ENV_NAME         becomes NAME for the application: what `node` itself would obey, such as NODE_OPTIONS
//
// and does not read SELFSAME_PREFIX_SIZE_* and SELFSAME_PREFIX_DIR. One more exit status:
//
//   70 a bug of this runner                      76 another Node.js than the executable's, and no URL of the whole
import { readEnvironment } from './environment.ts';
import { applicationEnvironment, handOver } from './hand-over.ts';
import { neededNode } from './own-runtime.ts';
import { provide } from './provide.ts';
import { Failure, leaveReason, sayLine } from './reason.ts';
import { refuseUnsigned } from './signature.ts';

// As PID 1 a process without handlers ignores these.
for (const [signal, status] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    sayLine(`ended by ${signal}`);
    process.exit(status);
  });
}

async function main(): Promise<void> {
  const wanted = readEnvironment(process.env);
  refuseUnsigned(process.env);
  if (typeof process.execve !== 'function') {
    const has = `Node.js ${process.version}, not ${neededNode(wanted.target)}, and cannot become another program`;
    throw new Failure(76, `no matching Node.js in this image: it has ${has}`);
  }
  const provided = await provide(wanted);
  await handOver(
    { ...wanted, handle: provided.handle },
    process.argv.slice(2),
    applicationEnvironment(process.env, provided),
  );
}

main().catch((error: unknown) => {
  const isKnown = error instanceof Failure;
  leaveReason(isKnown ? error.message : `failed: ${error instanceof Error ? error.stack : String(error)}`, process.env);
  process.exit(isKnown ? error.status : 70);
});
