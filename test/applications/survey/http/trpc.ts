// @trpc/server@11.25.2
import { initTRPC } from '@trpc/server';

const t = initTRPC.create();
const router = t.router({ hello: t.procedure.query(() => 'hello') });
console.log(await router.createCaller({}).hello());
