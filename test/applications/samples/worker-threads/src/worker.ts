import { parentPort, workerData } from 'node:worker_threads';
import { fibonacci } from './fibonacci.ts';

parentPort?.postMessage(`fibonacci(${workerData}) = ${fibonacci(workerData as number)}`);
