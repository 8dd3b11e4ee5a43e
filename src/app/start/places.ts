import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StartConfig } from './start-config.ts';

/** A place in the executable's file system, as the module that lies there knows it. */
interface Place {
  readonly file: string;
  readonly folder: string;
  readonly url: string;
  readonly require: NodeJS.Require;
  readonly resolve: (specifier: string) => string;
  readonly import: (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>;
  /** Loads the module that lies there. */
  readonly load: () => unknown;
}

/** What bundled modules call: see `placed` of the toolchain. */
export interface Places {
  readonly at: (place: string) => Place;
  readonly main: Module;
}

/** @param root the folder of the project in the executable's file system. */
export function executablePlaces(root: string, { main }: Pick<StartConfig, 'main'>): Places {
  return {
    at(place) {
      const file = join(root, place);
      return {
        file,
        folder: dirname(file),
        get url() {
          return pathToFileURL(file).href;
        },
        get require() {
          return createRequire(file);
        },
        resolve: (specifier) => urlOf(specifier, file),
        import: async (specifier, options) => import(urlOf(String(specifier), file), options) as Promise<unknown>,
        load: () => createRequire(file)(file) as unknown,
      };
    },
    main: mainModule(join(root, main)),
  };
}

/** `require.main`, as it is where `node FILE` starts the application. */
function mainModule(file: string): Module {
  const module = new Module(file);
  module.filename = file;
  module.paths = [];
  return module;
}

function urlOf(specifier: string, file: string): string {
  if (/^(?:\.{0,2}\/|[a-z]{2,}:)/i.test(specifier)) return new URL(specifier, pathToFileURL(file)).href;
  const found = createRequire(file).resolve(specifier);
  return found === specifier ? specifier : pathToFileURL(found).href;
}
