// @opentelemetry/sdk-node@0.301.0 @opentelemetry/api@1.10.0
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

process.env.OTEL_TRACES_EXPORTER = 'none';
const sdk = new NodeSDK({ serviceName: 'x' });
sdk.start();
console.log(trace.getTracer('x').startSpan('y').isRecording());
await sdk.shutdown();
