import { trace, type SampleApplication } from '../sample.ts';

const ids = /"sid":"[^"]*"/g;

/** Packages that servers are made of: sockets, logs, pages, and what looks for its own files or for what may not be there. */
export const packages: readonly SampleApplication[] = [
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
  { name: 'pino-transport', asks: ['/first', '/second'], until: /second/, prints: /asked|url/, isInCi: true },
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
  { name: 'grpc' },
  { name: 'knex-pg', asks: ['/sql', '/query'] },
  { name: 'sequelize-pg', asks: ['/'] },
  { name: 'typeorm', asks: ['/'] },
  { name: 'bunyan', asks: ['/a'], prints: /asked/, mask: /"(?:pid|hostname|time)":[^,]*/g },
  {
    name: 'i18next',
    asks: ['/', { path: '/', headers: { 'accept-language': 'de' } }, '/count/1', '/count/2?lng=de'],
  },
  { name: 'config-files', asks: ['/'] },
  {
    name: 'opentelemetry',
    asks: ['/', '/users/7'],
    until: /name: 'GET \/users/,
    prints: /^ *(?:name|kind|'http.route'): /,
    env: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    isInCi: true,
  },
  { name: 'jsdom', asks: ['/'] },
  { name: 'pdfkit', asks: ['/1'] },
  { name: 'geoip', asks: ['/8.8.8.8', '/127.0.0.1'], hasInstallScripts: false },
  { name: 'playwright-core', asks: ['/'] },
];

/** What the language and the platform offer: modules of every kind, and what fails with a trace. */
export const modules: readonly SampleApplication[] = [
  { name: 'top-level-await', asks: ['/'], isInCi: true },
  { name: 'json-import', asks: ['/'] },
  { name: 'create-require', asks: ['/'], isInCi: true },
  { name: 'computed-import', asks: ['/home', '/about', '/nothing'], isInCi: true },
  { name: 'folder-of-routes', asks: ['/dates', '/visits', '/'], isInCi: true },
  { name: 'express-javascript', asks: ['/users', trace('/errors')] },
  { name: 'decorators', asks: ['/home'] },
  { name: 'workspace', asks: ['/pen'] },
  { name: 'stack-traces', asks: [trace('/sync'), trace('/async'), '/log'], prints: /^/, isInCi: true },
];
