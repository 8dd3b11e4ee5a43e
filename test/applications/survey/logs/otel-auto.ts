// @opentelemetry/auto-instrumentations-node@0.82.0
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';

console.log(
  getNodeAutoInstrumentations()
    .map(({ instrumentationName }) => instrumentationName)
    .toSorted()
    .join('\n'),
);
