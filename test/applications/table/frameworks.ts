import { post, trace, type SampleApplication } from '../sample.ts';

/** The frameworks that most servers are made with, each as its own documentation shows it. */
export const frameworks: readonly SampleApplication[] = [
  {
    name: 'express-commonjs',
    asks: ['/', '/users/ada', '/users/eve', post('/users', { name: 'Cy' }), '/nothing', trace('/throw')],
    isInCi: true,
  },
  {
    name: 'express-js-imports',
    asks: [
      '/api/hello?name=Ada',
      { path: '/api/hello', headers: { 'accept-encoding': 'gzip' } },
      { path: '/api/visits', mask: /connect\.sid=[^;]*/g },
    ],
    prints: /^(?:GET|listening|closed)/,
  },
  { name: 'express-static-cwd', asks: ['/', '/app.js', '/data/numbers.json', '/nothing.txt'], isInCi: true },
  { name: 'express-views', asks: ['/', '/pug', '/handlebars', '/assets/style.css'] },
  {
    name: 'fastify-swagger',
    asks: [
      '/sum/2/3',
      '/sum/two/3',
      '/public/hello.txt',
      '/docs/json',
      '/docs/',
      '/docs/static/swagger-ui.css',
      { path: '/docs/static/swagger-initializer.js' },
      '/nothing',
    ],
    isInCi: true,
  },
  { name: 'fastify', asks: ['/sum/2/3', '/sum/two/3', '/nothing'] },
  { name: 'fastify-autoload', asks: ['/', '/items', '/nothing'] },
  { name: 'koa-views', asks: ['/', post('/echo', { a: [1] }), '/teapot', '/robots.txt', '/nothing'] },
  { name: 'hono', asks: ['/', '/stream', post('/age', { age: 41 }), post('/age', { age: -1 }), '/files/nothing'] },
  {
    name: 'nest',
    asks: [
      '/cats',
      '/cats/0',
      '/cats/7',
      '/cats/tom',
      post('/cats', { name: 'Kit', age: 1 }),
      post('/cats', { age: -1 }),
    ],
    prints: /^the cats/,
    isInCi: true,
  },
  {
    name: 'apollo',
    asks: [
      post('/', { query: '{ hello(name: "Ada") }' }),
      post('/', { query: '{ broken }' }),
      post('/', { query: '{ nothing }' }),
      { path: '/', headers: { accept: 'text/html' }, mask: /nonce(?:-|="?)\w+/g },
    ],
    prints: /^ready/,
  },
  {
    name: 'graphql-yoga',
    asks: [
      post('/graphql', { query: '{ sum(a: 2, b: 3) }' }),
      { path: '/graphql?query=subscription%7Bdown(from:2)%7D', headers: { accept: 'text/event-stream' } },
      { path: '/graphql', headers: { accept: 'text/html' } },
    ],
  },
  {
    name: 'trpc',
    asks: ['/greet?input=%7B%22name%22:%22Ada%22%7D', '/greet?input=%7B%7D', post('/add', [1, 2, 3]), '/nothing'],
  },
  { name: 'next', asks: ['/?name=Ada', '/api/sum?a=2&b=3', '/nothing'], hasInstallScripts: false, isInCi: true },
  { name: 'nitro', asks: ['/', '/hello/Ada', '/robots.txt', '/nothing'], hasInstallScripts: false },
  { name: 'h3', asks: ['/', '/hi/Ada', post('/echo', { a: 1 }), '/nothing'] },
];
