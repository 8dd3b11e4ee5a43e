import { trace, type Sample } from '../sample.ts';

const ids = /"sid":"[^"]*"/g;

/** Packages that servers are made of: sockets, logs, pages, and what looks for its own files or for what may not be there. */
export const packages: readonly Sample[] = [
  {
    name: 'socket-io',
    asks: [
      '/',
      { path: '/socket.io/socket.io.min.js' },
      { path: '/socket.io/?EIO=4&transport=websocket', send: ['40', '42["add",2,3]'], mask: ids },
      { path: '/socket.io/?EIO=4&transport=polling', mask: ids },
    ],
  },
  { name: 'ws', asks: ['/', { path: '/echo', send: ['one', 'two'] }, '/echo'] },
  { name: 'pino-transport', asks: ['/first', '/second'], prints: /^ *(?:INFO|url|\[|.*asked)/, isInCi: true },
  { name: 'winston-rotate', asks: ['/', '/log'], prints: /asked/ },
  { name: 'jsx-ssr', asks: ['/', '/stream'] },
  {
    name: 'several-ports',
    asks: ['/', '/nothing', { path: '/metrics', port: 'PORT_ADMIN' }, { path: '/', port: 'PORT_TCP' }],
    env: { PORT_ADMIN: '', PORT_TCP: '' },
  },
  {
    name: 'https-server',
    asks: [
      { path: '/', isTls: true },
      { path: '/again', isTls: true },
    ],
  },
  { name: 'ssh2' },
];

/** What the language and the platform offer: modules of every kind, and what fails with a trace. */
export const modules: readonly Sample[] = [
  { name: 'top-level-await', asks: ['/'], isInCi: true },
  { name: 'json-import', asks: ['/'] },
  { name: 'computed-import', asks: ['/home', '/about', '/nothing'], isInCi: true },
  { name: 'workspace', asks: ['/pen'] },
  { name: 'stack-traces', asks: [trace('/sync'), trace('/async'), '/log'], prints: /^/, isInCi: true },
];
