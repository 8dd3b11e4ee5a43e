import { Server as NetServer, type AddressInfo, type ListenOptions } from 'node:net';
import type { Address } from './address.ts';
import type { Drain, DrainOptions } from './drain.ts';
import { beforeListeners, isHttpServer, type HttpServer } from './http-server.ts';
import { attend, listenRefusal, urlOf, type AttendOptions } from './serve.ts';

export interface AdoptOptions extends AttendOptions, DrainOptions {
  /** Where the application serves: all of it, or a port alone; what it lacks is as the application asks. */
  readonly address: { readonly host?: string; readonly port?: number };
  /** True if the application gets no say in the host. */
  readonly decidesHost: boolean;
  /** Told where the adopted server listens. */
  readonly onListening: (at: { readonly url: string; readonly port: number }) => void;
  /** Told of a refusal to listen that the application does not handle. */
  readonly onRefused: (error: unknown) => void;
}

export interface Adoption {
  /** Drains the adopted server, if there is one. */
  readonly drain: () => Promise<void>;
}

/** A server that is served although the application let it listen. */
interface Adopted {
  readonly server: NetServer;
  readonly drain: Drain['drain'];
}

/**
 * From now on, serves the first HTTP server that anything in this process lets listen: at the address, with health paths and
 * drain. To the application it looks as in plain Node.js. If the application closes it, the next one takes its place. All
 * other servers listen as they are told, and end with the process.
 */
export function adoptServers(options: AdoptOptions): Adoption {
  const listen = Reflect.get(NetServer.prototype, 'listen') as (...words: readonly unknown[]) => NetServer;
  const others = new Set<NetServer>();
  let adopted: Adopted | undefined;

  const adopt = (server: HttpServer, asked: ListenOptions): Adopted => {
    const address: Address = { port: asked.port ?? 0, ...hostOf(asked), ...options.address };
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
        const refusal =
          server.listening || server.listenerCount('error') > 0 ? undefined : listenRefusal(error, address);
        if (refusal !== undefined) options.onRefused(refusal);
        return refusal !== undefined;
      },
    });
    return { server, drain };
  };

  const listenAdopted = function (this: NetServer, ...words: unknown[]): NetServer {
    const asked = askedOf(words);
    const isOther = asked === undefined || !isHttpServer(this) || (adopted ?? { server: this }).server !== this;
    if (isOther) {
      others.add(this);
      return Reflect.apply(listen, this, words);
    }
    adopted ??= adopt(this, asked);
    const { host: _host, ...rest } = asked;
    const wanted = { ...(options.decidesHost ? rest : asked), ...options.address };
    const onListening = words.at(-1);
    return Reflect.apply(listen, this, [wanted, ...(typeof onListening === 'function' ? [onListening] : [])]);
  };
  NetServer.prototype.listen = listenAdopted as typeof NetServer.prototype.listen;

  return {
    async drain() {
      await adopted?.drain(options);
      // They end with the process, and do not keep it.
      for (const server of others) server.unref();
    },
  };
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
