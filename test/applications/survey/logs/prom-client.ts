// prom-client@15.1.3
import { Counter, collectDefaultMetrics, register } from 'prom-client';

new Counter({ name: 'x_total', help: 'x' }).inc(3);
console.log(await register.metrics());
collectDefaultMetrics();
console.log(register.getMetricsAsArray().length > 10);
