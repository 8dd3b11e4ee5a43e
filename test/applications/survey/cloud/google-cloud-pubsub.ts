// @google-cloud/pubsub@6.3.2
import { PubSub } from '@google-cloud/pubsub';

const pubsub = new PubSub({ projectId: 'x', apiEndpoint: '127.0.0.1:1', emulatorMode: true } as never);
await pubsub.getTopics({ gaxOpts: { timeout: 500, retry: null } as never }).catch((error) => console.log(error.code));
process.exit();
