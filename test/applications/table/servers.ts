import { post, type SampleApplication } from '../sample.ts';

const pens = {
  pens: [
    { id: 1, colour: 'red' },
    { id: 2, colour: 'blue' },
  ],
};

const registry = `storage: ./storage
packages:
  '**':
    access: $all
log: { type: stdout, format: json, level: fatal }
`;

/** Whole servers as they come from npm, unchanged. */
export const servers: readonly SampleApplication[] = [
  {
    name: 'json-server',
    asks: ['/pens', '/pens/2', post('/pens', { colour: 'green' }), '/pens?_sort=colour', '/', '/style.css', '/pens/7'],
    home: { 'db.json': JSON.stringify(pens) },
  },
  { name: 'verdaccio', asks: ['/-/ping', '/-/whoami', '/', '/nothing'], home: { 'config.yaml': registry } },
  {
    name: 'node-red',
    asks: [{ path: '/settings', isPatient: true }, { path: '/', mask: /v=[0-9a-f]{12}/g }, '/nodes', '/nothing'],
  },
];
