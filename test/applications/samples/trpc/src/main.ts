import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { z } from 'zod';

const t = initTRPC.create({ isDev: false });
const router = t.router({
  greet: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => `hello ${input.name}`),
  add: t.procedure.input(z.array(z.number())).mutation(({ input }) => input.reduce((sum, one) => sum + one, 0)),
});
createHTTPServer({ router }).listen(Number(process.env.PORT));
