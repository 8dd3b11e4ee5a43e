// kafkajs@2.2.4
import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
await kafka
  .producer()
  .connect()
  .catch((error) => console.log(error.name));
