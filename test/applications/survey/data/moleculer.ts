// moleculer@0.15.2
import { ServiceBroker } from 'moleculer';

const broker = new ServiceBroker({ logger: false });
broker.createService({ name: 'sum', actions: { add: ({ params: { a, b } }: any) => a + b } });
await broker.start();
console.log(await broker.call('sum.add', { a: 1, b: 2 }));
await broker.stop();
