// npm run demo: the whole flow on this machine: build, a blob server, three replicas, a call to each.
// npm run demo -- --kubernetes [options]: the same on the cluster of your kubeconfig, only when asked for like this.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { relative } from 'node:path';
import { styleText } from 'node:util';
import prettyMilliseconds from 'pretty-ms';
import { printError } from '../src/cli/output/print-error.ts';
import { startAzurite } from './support/stores/azurite-server.ts';
import { buildHere } from '../src/toolchain/clone.ts';

const startedAt = performance.now();

function step(text: string): void {
  const time = prettyMilliseconds(performance.now() - startedAt);
  console.error(`\n${styleText('bold', `▸ ${text}`, { stream: process.stderr })} (${time})`);
}

interface Deployer {
  readonly executable: string;
  /** Of the blob server. */
  readonly connectionString: string;
  readonly words: readonly string[];
}

/** Starts the executable as a user would, and shows the command. */
function start({ executable, connectionString, words }: Deployer, stdout: 'inherit' | 'pipe'): ChildProcess {
  console.error(`$ ./${relative(process.cwd(), executable)} ${words.join(' ')}`);
  const env = { ...process.env, AZURE_STORAGE_CONNECTION_STRING: connectionString };
  const child = spawn(executable, words, { stdio: ['ignore', stdout, 'inherit'], env });
  // A terminal's Ctrl-C reaches the child by itself; we wait for its end.
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  process.on('SIGINT', () => undefined);
  return child;
}

function unlessGiven(words: readonly string[], flag: string, value: string): string[] {
  return words.some((word) => word === flag || word.startsWith(`${flag}=`)) ? [] : [flag, value];
}

interface Replica {
  readonly name: string;
  readonly url: string;
  readonly version: string;
}

/** Three processes on this machine. On a terminal they stay until Ctrl-C. */
async function demoHere(deployer: Deployer): Promise<number> {
  const child = start(
    {
      ...deployer,
      words: ['--local', ...unlessGiven(deployer.words, '--replicas', '3'), '--output', 'json', ...deployer.words],
    },
    'pipe',
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const replicas = await firstDocument(child);
  if (replicas === undefined) return (await ended)[0] ?? 1;

  step('Every replica is called, and says which bytes it runs');
  for (const replica of replicas) await call(replica);
  const stays = process.stdout.isTTY && process.stdin.isTTY;
  step(stays ? 'They stay until Ctrl-C' : 'No terminal here: everything is stopped');
  if (!stays) child.kill('SIGTERM');
  const [code] = await ended;
  return code ?? 1;
}

/** The document that the program prints once its replicas are ready; it goes on afterwards. Undefined if it ends before. */
async function firstDocument({ stdout }: ChildProcess): Promise<readonly Replica[] | undefined> {
  let text = '';
  for await (const chunk of stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    text += String(chunk);
    if (text.endsWith('}\n')) return (JSON.parse(text) as { replicas: readonly Replica[] }).replicas;
  }
  return undefined;
}

async function call({ name, url, version }: Replica): Promise<void> {
  const answer = (await (await fetch(url)).text()).trim();
  const identity = (await (await fetch(`${url}/selfsame`)).json()) as { version: string };
  if (identity.version !== version) throw new Error(`${name} runs ${identity.version}, not ${version}`);
  console.error(`  ${name}  ${url}  "${answer}"  runs version ${identity.version.slice(0, 12)}, the one asked for`);
}

/** On the cluster of the kubeconfig; the objects stay there, the blob server only as long as this program. */
async function demoOnCluster(deployer: Deployer): Promise<number> {
  const child = start(
    { ...deployer, words: [...unlessGiven(deployer.words, '--replicas', '5'), ...deployer.words] },
    'inherit',
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  step('The blob server ends now: pods that start later find nothing to fetch. Delete them with self delete');
  return code ?? 1;
}

/** This machine's address as others see it, for pods that fetch from our blob server. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

async function demo(words: readonly string[]): Promise<number> {
  const onCluster = words.includes('--kubernetes');
  step('Build hello-world, one executable');
  const executable = await buildHere();
  step('Start a blob server, Azurite');
  const azurite = await startAzurite(onCluster ? { host: '0.0.0.0', publicHost: ownAddress() } : {});
  try {
    step(
      onCluster
        ? 'It deploys itself to the cluster'
        : 'It deploys itself, here with --local: processes in the place of pods',
    );
    const deployer = { executable, connectionString: azurite.connectionString, words };
    return await (onCluster ? demoOnCluster(deployer) : demoHere(deployer));
  } finally {
    await azurite.stop();
    step('Done');
  }
}

try {
  process.exitCode = await demo(process.argv.slice(2));
} catch (error) {
  process.exitCode = printError(error, console.error);
}
