// A container registry of this machine's own: Debian's docker-registry, behind a proxy that counts what goes through.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { joinSockets } from '../../test/support/kubernetes/join-sockets.ts';

export interface Registry {
  /** Host and port. Of this machine's own address, so that containerd and the tools speak plain http to it without being told. */
  readonly address: string;
  /** Bytes to and from it so far. */
  counts(): { readonly receivedBytes: number; readonly sentBytes: number };
  stop(): Promise<void>;
}

/** @param options.folder for what is pushed. */
export async function startCountingRegistry(
  program: string,
  options: { folder: string; signal: AbortSignal },
): Promise<Registry> {
  const { folder, signal } = options;
  const port = await getPort();
  const config = join(folder, 'config.yml');
  await mkdir(folder, { recursive: true });
  const settings = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'content') }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: `127.0.0.1:${port}` },
  };
  await writeFile(config, JSON.stringify(settings));
  // A session of its own: Ctrl-C reaches it through us, after what uses it has ended.
  const child = spawn(program, ['serve', config], { stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  const proxy = await countingProxy(port);
  const stop = async (): Promise<void> => {
    proxy.close();
    child.kill('SIGTERM');
    await ended;
  };
  try {
    while (!(await answers(`http://127.0.0.1:${port}/v2/`))) {
      if (child.exitCode !== null) throw new Error(`Exit status ${child.exitCode} of ${program}`);
      await wait(20, undefined, { signal });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `127.0.0.1:${proxy.port}`, counts: proxy.counts, stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Passes connections on to a port of this machine. */
async function countingProxy(port: number) {
  const open = new Set<Socket>();
  const totals = { receivedBytes: 0, sentBytes: 0 };
  const proxy = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('data', (chunk: Buffer) => (totals.receivedBytes += chunk.length));
    upstream.on('data', (chunk: Buffer) => (totals.sentBytes += chunk.length));
    joinSockets(client, upstream, open);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    counts: () => ({ ...totals }),
    close() {
      for (const socket of open) socket.destroy();
      proxy.close();
    },
  };
}
