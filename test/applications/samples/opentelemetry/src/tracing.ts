import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({
  serviceName: 'shop',
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
}).start();
