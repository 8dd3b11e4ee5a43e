// dotenv@18.0.10 config@5.0.1 convict@6.2.5 nconf@0.13.0
import { writeFileSync } from 'node:fs';
import convict from 'convict';
import dotenv from 'dotenv';
import nconf from 'nconf';

writeFileSync(process.env.HOME + '/.env', 'A=1');
process.env.NODE_CONFIG = '{"b": 2}';
process.env.SUPPRESS_NO_CONFIG_WARNING = 'y';
const { default: config } = await import('config');
dotenv.config({ path: process.env.HOME + '/.env', quiet: true });
nconf.env().defaults({ d: 4 });
console.log(process.env.A, config.get('b'), convict({ c: { default: 3 } }).get('c'), nconf.get('d'));
