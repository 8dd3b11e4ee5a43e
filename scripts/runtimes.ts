// npm run runtimes [-- VERSION]: rewrites src/executable/runtimes/runtimes-table.ts for the pinned Node, or for another version.
// npm run runtimes -- --verify [--keyring FILE] [--dist URL]: holds that table against npm's registry and the signed list of nodejs.org, and
// changes nothing. FILE has the keys of those who release Node.js (https://github.com/nodejs/release-keys), as gpgv reads it.
// Exit status: 0 all is the same, 1 something differs, 3 nothing does, but something could not be reached or checked.
import { parseArgs } from 'node:util';
import { networkFromNpm } from '../src/executable/runtimes/npm-network.ts';
import { targets } from '../src/shared/target.ts';
import { checkDist, checkPackages, type RuntimeCheck } from '../src/toolchain/runtimes-check.ts';
import { writeRuntimesTable } from '../src/toolchain/runtimes-table.ts';

const { values, positionals } = parseArgs({
  options: {
    verify: { type: 'boolean' },
    keyring: { type: 'string' },
    dist: { type: 'string', default: 'https://nodejs.org/dist/' },
  },
  allowPositionals: true,
});

if (values.verify === true) {
  const network = networkFromNpm();
  const states = new Set<RuntimeCheck['state']>();
  const { dist, keyring } = values;
  for (const checking of [checkPackages(targets, { network }), checkDist(targets, { network, dist, keyring })]) {
    for await (const { what, state, note } of checking) {
      states.add(state);
      console.log(`${state}  ${what}${note === undefined ? '' : `: ${note}`}`);
    }
  }
  process.exitCode = states.has('differs') ? 1 : states.has('not checked') ? 3 : 0;
} else {
  await writeRuntimesTable(positionals[0]);
}
