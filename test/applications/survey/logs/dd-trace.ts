// dd-trace@6.21.0
import tracer from 'dd-trace';

tracer.init({ startupLogs: false, port: 1, plugins: false });
console.log(typeof tracer.trace('x', (span) => span?.context().toTraceId()));
process.exit();
