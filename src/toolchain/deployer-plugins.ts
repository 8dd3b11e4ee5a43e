// What the half that deploys does not need of its packages, or not at its start.
import { relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { slashed } from './installed/project.ts';

/** For esbuild, where it bundles the half that deploys. `root`: that all paths are relative to. */
export function deployerPlugins(root: string): Plugin[] {
  return [kubeConfigAlone, drawWhenAsked(root), usedAlone];
}

/**
 * Leaves out of the Kubernetes client what no kubeconfig needs: a class for every object and every call of the API, 500 KB of source
 * in 700 files that would be run at each start of the deploying half. The package cannot be shaken, since it does not say that its
 * modules do nothing by themselves.
 */
const kubeConfigAlone: Plugin = {
  name: 'kubeconfig-alone',
  setup(bundling) {
    const client = '@kubernetes/client-node';
    bundling.onResolve({ filter: new RegExp(`^${client}$`) }, async ({ kind, resolveDir }) =>
      bundling.resolve(`${client}/dist/config.js`, { kind, resolveDir }),
    );
    bundling.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ resolveDir }) => ({
      path: resolveDir,
      namespace: client,
    }));
    bundling.onLoad({ filter: /^/, namespace: client }, ({ path }) => ({
      resolveDir: path,
      contents: `export { createConfiguration } from './gen/configuration.js';
        export { ServerConfiguration } from './gen/servers.js';`,
    }));
  },
};

/**
 * Loads what measures and cuts text for a terminal where that is first asked for: V8 makes sets of all emoji of their patterns, and ICU
 * reads the rules of their segmenters, 80 ms in all at each start. Few commands draw anything, and yargs asks for help alone.
 */
const drawWhenAsked = (root: string): Plugin => ({
  name: 'draw-when-asked',
  setup(bundling) {
    const namespace = 'when-asked';
    bundling.onResolve(
      { filter: /^(?:string-width|slice-ansi|wrap-ansi)$/ },
      async ({ path: name, kind, resolveDir, pluginData }) => {
        // What a CommonJS module asks for is an older one, which does none of that.
        if (kind !== 'import-statement' || pluginData === namespace) return undefined;
        const { path } = await bundling.resolve(name, { kind, resolveDir, pluginData: namespace });
        return { path: slashed(relative(root, path)), namespace };
      },
    );
    bundling.onLoad({ filter: /^/, namespace }, ({ path }) => ({
      resolveDir: root,
      contents: `export default (...words) => require(${JSON.stringify(`./${path}`)}).default(...words);`,
    }));
  },
});

/**
 * Leaves out what nothing of ours comes to, a fifth of the source. Of undici what it offers besides requests (sockets, caches, cookies,
 * events, interceptors, mocks), which its index loads and passes on, and a second parser, an experiment that a variable of the environment
 * turns on. Of Azure's client the reader of lists in Apache Arrow: we ask for XML.
 */
const usedAlone: Plugin = {
  name: 'used-alone',
  setup(bundling) {
    const namespace = 'left-out';
    const besides = /^\.\/lib\/(?:mock|cache|interceptor|web\/(?:cache|cookies|websocket|eventsource))\b|^\.\.\/milo\//;
    bundling.onResolve({ filter: besides }, ({ importer }) =>
      /[/\\]undici[/\\](?:index|lib[/\\]dispatcher[/\\]parser-h1)\.js$/.test(importer)
        ? { path: 'undici', namespace }
        : undefined,
    );
    bundling.onResolve({ filter: /^apache-arrow$/ }, ({ path }) => ({ path, namespace }));
    bundling.onLoad({ filter: /^/, namespace }, () => ({
      contents: 'class Left {} module.exports = new Proxy(Left, { get: () => Left });',
    }));
  },
};
