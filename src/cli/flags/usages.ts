import type { Example } from './command-shape.ts';

/** A way to use the program without naming a command. */
interface Usage {
  /** What follows the program's name. */
  readonly words: string;
  /** What it then does, as Markdown. */
  readonly does: string;
  /** For `--help`. */
  readonly examples?: readonly Example[];
}

/** In the order of the examples of `--help`. */
export const usages: readonly Usage[] = [
  { words: '', does: 'runs the application here', examples: [['', 'serve here']] },
  {
    words: '--local --replicas N',
    does: 'does the same as `--kubernetes` with processes on this machine, until Ctrl-C (Linux)',
    examples: [['--local --replicas 3', 'the same flow on this machine']],
  },
  {
    words: '--kubernetes --replicas N',
    does: 'deploys it, waits until every replica of this version is ready, and exits',
    examples: [['--kubernetes --replicas 5', 'serve on the cluster']],
  },
  {
    words: '--kubernetes --dry-run --output yaml',
    does: 'checks everything, also on the API server, prints the manifest, changes nothing',
    examples: [['--kubernetes --dry-run', 'what would be applied?']],
  },
  { words: '--kubernetes --logs', does: 'follows the logs of every replica afterwards' },
  { words: '--kubernetes --rm', does: 'follows the logs, and deletes everything again on Ctrl-C' },
  {
    words: '--version-hash [--target T]',
    does: 'prints the SHA-256 of this file, or of that for another Linux target',
    examples: [['--version-hash', 'what exactly is this?']],
  },
  {
    words: '--help',
    does: "prints every flag, the application's and selfsame's apart, with examples; so does `self COMMAND --help`",
    examples: [
      ['self status', 'what runs where?'],
      ['self --help', 'every command on what runs'],
    ],
  },
];
