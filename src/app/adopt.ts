import { Server as NetServer, type AddressInfo, type ListenOptions } from 'node:net';
import type { Address } from './address.ts';
import type { Drain, DrainOptions } from './drain.ts';
import { beforeListeners, isHttpServer, type HttpServer } from './http-server.ts';
import { attend, listenRefusal, refuseOtherScheme, urlOf, type AttendOptions } from './serve.ts';

export interface AdoptOptions extends AttendOptions, DrainOptions {
  /** Where the application serves: all of it, or a port alone; what it lacks is as the application asks. */
  readonly address: Partial<Address>;
  /** True if the application gets no say in the host. */
  readonly decidesHost: boolean;
  /** Told where the adopted server listens. */
  readonly onListening: (at: { readonly url: string; readonly port: number }) => void;
  /** Told of a refusal to listen that the application does not handle. */
  readonly onRefused: (error: unknown) => void;
}

export interface Adoption {
  /** Drains what was adopted. */
  readonly drain: () => Promise<void>;
}

/** A server that is served although the application let it listen. */
interface Adopted {
  readonly server: HttpServer;
  readonly drain: Drain['drain'];
  readonly asked: ListenOptions;
}

/**
 * From now on, serves the first HTTP server that anything in this process lets listen: at the address, with health paths and
 * drain. To the application it looks as in plain Node.js. If the application closes it, the next one takes its place, and so
 * does one that asks for the very port of the address, as a server for metrics may have been first. All other servers listen as
 * they are told, and end with the process.
 */
export function adoptServers(options: AdoptOptions): Adoption {
  const listen = Reflect.get(NetServer.prototype, 'listen') as (...words: readonly unknown[]) => NetServer;
  const others = new Set<NetServer>();
  const all: Adopted[] = [];
  let adopted: Adopted | undefined;

  const adopt = (server: HttpServer, asked: ListenOptions, onListening: unknown): Adopted => {
    const address: Address = { port: asked.port ?? 0, ...(!options.decidesHost && hostOf(asked)), ...options.address };
    const { drain, closed } = attend(server, options);
    const makeRoom = async (): Promise<void> => {
      await closed;
      if (adopted?.server === server && !options.signal.aborted) adopted = undefined;
    };
    void makeRoom();
    server.on('listening', () => {
      options.onListening({ url: urlOf(server, address.host), port: (server.address() as AddressInfo).port });
    });
    beforeListeners(server, {
      error(error: Error) {
        // Express 5 calls what waits for the server also where it fails; few look which it was.
        const isSeenTo = server.listeners('error').some((listener) => listener !== onListening);
        const refusal = server.listening || isSeenTo ? undefined : listenRefusal(error, address);
        if (refusal !== undefined) options.onRefused(refusal);
        return refusal !== undefined;
      },
    });
    all.push({ server, drain, asked });
    return { server, drain, asked };
  };
  /** True if the first server was not the one that is meant. */
  const isBetter = (server: HttpServer, asked: ListenOptions): boolean =>
    options.decidesHost &&
    options.address.port !== 0 &&
    adopted?.server.listening === true &&
    adopted.server !== server &&
    Number(asked.port) === options.address.port &&
    Number(adopted.asked.port) !== options.address.port &&
    // Fastify opens a server for each address of localhost, at the port of the first.
    adopted.asked.host !== 'localhost';

  const listenAdopted = function (this: NetServer, ...words: unknown[]): NetServer {
    const asked = askedOf(words);
    if (adopted !== undefined && asked !== undefined && isHttpServer(this) && isBetter(this, asked)) {
      listenElsewhere(adopted.server, () => Reflect.apply(listen, adopted?.server, [{ ...adopted?.asked }]));
      adopted = undefined;
    }
    const isOther = asked === undefined || !isHttpServer(this) || (adopted ?? { server: this }).server !== this;
    if (isOther) {
      others.add(this);
      return Reflect.apply(listen, this, words);
    }
    if (options.decidesHost) refuseOtherScheme(this, { port: asked.port ?? 0, ...options.address });
    const onListening = words.at(-1);
    adopted ??= adopt(this, asked, onListening);
    const { host: _host, ...rest } = asked;
    const wanted = { ...(options.decidesHost ? rest : asked), ...options.address };
    return Reflect.apply(listen, this, [wanted, ...(typeof onListening === 'function' ? [onListening] : [])]);
  };
  NetServer.prototype.listen = listenAdopted as typeof NetServer.prototype.listen;

  return {
    async drain() {
      await Promise.all(all.map(async ({ drain }) => drain(options)));
      // They end with the process, and do not keep it.
      for (const server of others) server.unref();
    },
  };
}

/** Lets a server that listens do so elsewhere. Its listeners do not hear of it. */
function listenElsewhere(server: HttpServer, listen: () => void): void {
  let isMoving = true;
  beforeListeners(server, {
    close: () => isMoving || server.listening,
    listening() {
      const wasMoving = isMoving;
      isMoving = false;
      return wasMoving;
    },
    error() {
      isMoving = false;
    },
  });
  // The port is free when this returns; connections stay.
  NetServer.prototype.close.call(server);
  listen();
}

/** What `listen` was asked for, as Node.js reads it; undefined for a path, a handle or a file descriptor. */
function askedOf([first, second, third]: readonly unknown[]): ListenOptions | undefined {
  if (typeof first === 'object' && first !== null) {
    const isElsewhere = ['fd', 'handle', '_handle', 'listen'].some((key) => key in first);
    return 'port' in first && !isElsewhere ? (first as ListenOptions) : undefined;
  }
  if (typeof first === 'string' && !(Number(first) >= 0)) return undefined;
  const backlog = [second, third].find((word) => typeof word === 'number');
  return {
    port: typeof first === 'function' ? 0 : Number(first ?? 0),
    ...(typeof second === 'string' && { host: second }),
    ...(backlog !== undefined && { backlog }),
  };
}

function hostOf({ host }: ListenOptions): { host?: string } {
  return host === undefined ? {} : { host };
}
