import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfigOf({ server: 'http://127.0.0.1:9' }, {})));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runProgram(helloExecutable, ['self', 'completion', shell]);
    await writeFile(join(folder, shell), stdout);
  }
});
afterAll(() => rm(folder, { recursive: true }));

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

it('refuses a shell that it does not know', async () => {
  const ended = await runProgram(helloExecutable, ['self', 'completion', 'tcsh']);
  expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('bash, zsh, fish') });
});
