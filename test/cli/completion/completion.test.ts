import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { flagTable } from '../../../src/shared/flags.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { kubeconfigOf } from '../../support/kubernetes/api-server.ts';
import { runProgram } from '../../support/programs/program.ts';
import { onScreen } from '../../support/programs/screen.ts';

const run = promisify(execFile);
let folder: string;
const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(helloExecutable)}:${process.env['PATH']}`,
  KUBECONFIG: join(folder, 'kubeconfig'),
  HOME: folder,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runProgram(helloExecutable, ['self', 'completion', shell]);
    await writeFile(join(folder, shell), stdout);
  }
});
beforeEach(() => writeContexts(['test']));
afterAll(() => rm(folder, { recursive: true }));

/** Contexts that a shell would run, or take for several words; the last two are for nobody to type. */
const hostile = [
  '$(touch ran)',
  '`touch ran`',
  'two words',
  `it's "quoted"`,
  'semi;touch ran',
  'line\nbreak',
  'red\u001b[31m',
];

/** Writes a kubeconfig with the contexts, where a shell with {@link env} looks for it. */
async function writeContexts(names: readonly string[]): Promise<void> {
  const config = kubeconfigOf({ server: 'http://127.0.0.1:9' }, {}) as { contexts: object[] };
  const contexts = names.map((name) => ({ ...config.contexts[0], name }));
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify({ ...config, contexts, 'current-context': names[0] }));
}

/** A command line up to the cursor, and what completes its last word: all of that, or some of it. */
const lines: [typed: string, wanted: string[]][] = [
  ['hello-world --repl', ['--replicas']],
  ['hello-world --greet', ['--greeting']],
  ['hello-world se', ['self']],
  ['hello-world self st', ['status']],
  ['hello-world self status --w', ['--watch']],
  ['hello-world self rollback --no-', ['--no-wait']],
  ['hello-world self status --output j', ['json']],
  ['hello-world --kubernetes --target linux-a', ['linux-arm64']],
  ['hello-world self diff --greet', ['--greeting']],
  ['hello-world --context te', ['test']],
  ['hello-world self completion z', ['zsh']],
  ['hello-world self status --frobn', []],
];

describe('self completion bash', () => {
  const complete = async (typed: string, split = typed.split(' ')): Promise<string[]> => {
    const words = split.map((word) => `'${word}'`).join(' ');
    const script = `source ${join(folder, 'bash')}
      read -r _ _ own _ < <(complete -p hello-world)
      COMP_WORDS=(${words}); COMP_CWORD=${split.length - 1}; "$own"; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', script], { env: env() });
    return stdout.split('\n').filter(Boolean);
  };

  it.each(lines)('completes "%s" to %j', async (typed, wanted) => {
    expect(await complete(typed)).toEqual(wanted);
  });

  it('knows every flag, values behind =, and files', async () => {
    const all = await complete('hello-world --');
    for (const name of Object.keys(flagTable).filter((flag) => flag !== 'wait' && flag !== 'rollback'))
      expect(all).toContain(`--${name}`);
    expect(all).toEqual(expect.arrayContaining(['--http', '--greeting', '--no-wait', '--no-rollback']));
    expect(await complete('', ['hello-world', '--output', '=', 'y'])).toEqual(['yaml']);
    expect(await complete(`hello-world --kubeconfig ${folder}/kube`)).toEqual([join(folder, 'kubeconfig')]);
    expect(await complete(`hello-world self rebuild --output ${folder}/kube`)).toEqual([join(folder, 'kubeconfig')]);
  });
});

/** What is typed, and the context that it gets to be. */
const begun: [typed: string, wanted: string][] = [
  [String.raw`\$`, '$(touch ran)'],
  ['\\`', '`touch ran`'],
  ['two', 'two words'],
  ['it', `it's "quoted"`],
  ['semi', 'semi;touch ran'],
];

describe.each([
  ['bash', ['--norc', '-i'], 'true'],
  ['zsh', ['-f', '-i'], 'autoload -U compinit; compinit -u -D'],
])('self completion %s', (shell, words, prepare) => {
  it('runs nothing that a context is called, and passes it on as it is', async () => {
    await writeContexts(hostile);
    await writeFile(join(folder, 'file$(touch ran)'), '');
    const screen = onScreen(shell, words, { columns: 200, rows: 60, env: env() });
    // The program's own name tells what it is given; nothing is typed before it is done with what was.
    const own = `hello-world() { if [ "$1" = self ]; then command hello-world "$@"; else printf '<%s>\\n' "$2"; fi; }`;
    screen.type(`cd ${folder}; PS1='> '; ${prepare}; source ./${shell}; ${own}; echo is' 'ready\n`);
    await screen.until((shown) => shown.includes('is ready'));
    const all = begun.map(([typed, wanted]) => [`--context ${typed}`, wanted] as const);
    for (const [typed, wanted] of [...all, ['--kubeconfig file', 'file$(touch ran)'] as const]) {
      const type = (): void => screen.type(`\u0015hello-world ${typed}\t`);
      const again = setInterval(type, 3_000);
      type();
      const isDone = (line = ''): boolean => line.length > `> hello-world ${typed}`.length;
      await screen.until((shown) => isDone(shown.at(-1)?.trimEnd())).finally(() => clearInterval(again));
      screen.type('\n');
      await screen.until((shown) => shown.includes(`<${wanted}>`));
    }
    screen.type('\u0015exit\n');
    expect(await screen.status).toBe(0);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  }, 60_000);
});

describe('self completion fish', () => {
  const complete = async (typed: string): Promise<string[]> => {
    const script = `source ${join(folder, 'fish')}; complete -C '${typed}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', script], { env: env() });
    return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
  };

  it.each(lines)('completes "%s" to %j', async (typed, wanted) => {
    expect(await complete(typed)).toEqual(wanted);
  });
});

it('self completion fish offers contexts as they are called, and runs none', async () => {
  await writeContexts(hostile);
  const script = `cd ${folder}; source fish; complete -C 'hello-world --context '`;
  const { stdout } = await run('fish', ['--no-config', '-c', script], { env: env() });
  const offered = stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
  expect(offered.toSorted()).toEqual(begun.map(([, wanted]) => wanted).toSorted());
  expect(existsSync(join(folder, 'ran'))).toBe(false);
});

describe('self completion zsh', () => {
  it('completes in a shell that somebody types in', async () => {
    const screen = onScreen('zsh', ['-f', '-i'], { columns: 200, rows: 40, env: env() });
    screen.type(`PS1='> '; autoload -U compinit; compinit -u -D; source ${join(folder, 'zsh')}; echo is ready\n`);
    await screen.until((shown) => shown.includes('is ready'));
    for (const [typed, [wanted]] of lines) {
      if (wanted === undefined) continue;
      // Ctrl-U: away with what stands there. Again after a while: zsh drops keys that come while it completes.
      const type = (): void => screen.type(`\u0015${typed}\t`);
      const again = setInterval(type, 3_000);
      type();
      const whole = `> ${typed.replace(/\S*$/, wanted)}`;
      await screen.until((shown) => shown.at(-1)?.trimEnd() === whole).finally(() => clearInterval(again));
    }
    screen.type('\u0015exit\n');
    expect(await screen.status).toBe(0);
  }, 60_000);
});

it.each(['bash', 'zsh', 'fish'])('writes no name into the script for %s that it would run', async (shell) => {
  const linked = join(folder, 'x$(touch\tran)');
  await symlink(helloExecutable, linked);
  const { status, stdout } = await runProgram(linked, ['self', 'completion', shell]);
  await rm(linked);
  expect(status).toBe(0);
  expect(stdout).not.toContain('touch');
});

it('refuses a shell that it does not know', async () => {
  const ended = await runProgram(helloExecutable, ['self', 'completion', 'tcsh']);
  expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('bash, zsh, fish') });
});
