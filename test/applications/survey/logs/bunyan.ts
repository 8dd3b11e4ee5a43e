// bunyan@2.0.5
import bunyan from 'bunyan';

const stream = { write: ({ msg, level }: any) => console.log(level, msg) };
bunyan.createLogger({ name: 'x', streams: [{ type: 'raw', stream: stream as never }] }).warn('hello %s', 'you');
