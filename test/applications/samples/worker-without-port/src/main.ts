import PQueue from 'p-queue';

const queue = new PQueue({ concurrency: 1 });
let done = 0;
const timer = setInterval(() => void queue.add(async () => console.log(`job ${++done}`)), 50);
process.on('SIGTERM', async () => {
  clearInterval(timer);
  await queue.onIdle();
  console.log('the queue is empty');
  process.exitCode = 5;
});
