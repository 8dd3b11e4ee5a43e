import { expect, it } from '@jest/globals';
import { planFrom, type PlanFlags } from '../../../src/deploy/plan/plan.ts';
import { openSecretsText } from '../../../src/deploy/plan/secret-env.ts';

const app = {
  name: 'hello',
  async run() {},
  env: { API_KEY: 'plain', MODE: 'a' },
  secrets: { DB_PASSWORD: { secret: 'db', key: 'password' }, TOKEN: { secret: 'db', key: 'token' } },
};
const plan = (flags: PlanFlags) => planFrom(app, flags, []);

it('--env-from-secret takes a variable from a Secret, and goes before what the application says', () => {
  expect(
    plan({ 'env-from-secret': ['API_KEY=api/key.pem', 'DB_PASSWORD=other.db/pw'], env: ['TOKEN=given'] }),
  ).toMatchObject({
    env: { MODE: 'a', TOKEN: 'given' },
    secretEnv: { API_KEY: { secret: 'api', key: 'key.pem' }, DB_PASSWORD: { secret: 'other.db', key: 'pw' } },
  });
  expect(Object.keys(plan({ env: ['TOKEN=given'] }).secretEnv)).toEqual(['DB_PASSWORD']);
  expect(plan({ 'env-from-secret': ['API_KEY=api/key'] }).env).toEqual({ MODE: 'a' });
});

it.each(['A', 'A=', 'A=secret', 'A=Hid/den', 'A=hid/', 'A=/hid', 'A=hid/den/x', '1A=hid/den', '=hid/den'])(
  '--env-from-secret refuses %s, and repeats no more than the name',
  (word) => {
    const read = () => plan({ 'env-from-secret': [word] });
    expect(read).toThrow(expect.objectContaining({ code: 'bad-usage', hint: expect.stringContaining('SECRET/KEY') }));
    expect(read).not.toThrow(/hid|den/i);
  },
);

it('--env-from-secret and --env of one name contradict each other', () => {
  expect(() => plan({ env: ['A=1'], 'env-from-secret': ['A=b/c'] })).toThrow(/^Cannot take A both/);
});

it('openSecretsText() names what looks secret, in one line without a value', () => {
  const text = openSecretsText(['DB_PASSWORD=hidden', 'GREETING=Hello', 'PUBLIC_KEY=x', 'DB_URL=pg://me:hidden@db']);
  expect(text).toBe(
    '--env DB_PASSWORD, DB_URL can be read by all who see the Deployment: --env-from-secret DB_PASSWORD=SECRET/KEY takes it from a Secret',
  );
  expect(openSecretsText(['GREETING=Hello'])).toBeUndefined();
});

it.each(['=hidden', '1A=hidden'])('--env refuses %s, and repeats no value', (word) => {
  expect(() => plan({ env: [word] })).toThrow(`Cannot read --env "${word.split('=', 1)[0]}"`);
});
