import { setTimeout as wait } from 'node:timers/promises';
import { selfsame } from 'selfsame';
import { messages, type Message } from './queue.ts';

void selfsame({
  name: 'mailer',
  describe: 'Sends what stands in the queue',
  options: {
    from: { type: 'string', default: 'shop@example.com', describe: 'Who the messages are from' },
  },
  resources: { cpuRequest: '50m', memoryRequest: '96Mi' },
  // No address: no Service, no probes.
  async run({ options: { from }, signal }) {
    let sent = 0;
    for await (const message of messages(signal)) {
      // Not ended by the signal: a message that was begun is sent.
      await send(message, from);
      sent += 1;
    }
    console.log(`asked to end, ${sent} sent, nothing left half done`);
  },
});

async function send({ to, subject }: Message, from: string): Promise<void> {
  await wait(300);
  console.log(`sent "${subject}" from ${from} to ${to}`);
}
