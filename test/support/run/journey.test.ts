import { expect, it } from '@jest/globals';
import { stepsInOrder } from './journey.ts';

it('a journey runs its steps in order', async () => {
  const inOrder = stepsInOrder();
  const done: string[] = [];
  const steps = ['one', 'two'].map((title) => inOrder(title, async () => void done.push(title)));
  for (const step of steps) await step();
  expect(done).toEqual(['one', 'two']);
});

it('a journey does not reach the steps after one that failed, and names that one', async () => {
  const inOrder = stepsInOrder();
  const one = inOrder('one', async () => undefined);
  const two = inOrder('two', async () => {
    throw new Error('no way');
  });
  const [three, four] = ['three', 'four'].map((title) => inOrder(title, async () => undefined));
  await one();
  await expect(two()).rejects.toThrow('no way');
  for (const step of [three, four]) await expect(step?.()).rejects.toThrow('not reached: step "two" failed');
});

it('a journey stays over when a step ends after its time', async () => {
  const inOrder = stepsInOrder();
  const late = Promise.withResolvers<void>();
  const one = inOrder('one', async () => late.promise);
  const [two, three] = ['two', 'three'].map((title) => inOrder(title, async () => undefined));
  const running = one();
  await expect(two?.()).rejects.toThrow('not reached: step "one" failed');
  late.resolve();
  await running;
  await expect(three?.()).rejects.toThrow('not reached: step "one" failed');
});
