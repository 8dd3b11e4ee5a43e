import type { SampleApplication } from '../sample.ts';

/** Native add-ons, WebAssembly, and the database that Node.js has. */
export const native: readonly SampleApplication[] = [
  { name: 'sharp', asks: ['/16', '/40'], isInCi: true, isForArm64: true },
  { name: 'bcrypt', asks: ['/secret'], isForArm64: true },
  { name: 'argon2', asks: ['/secret'], isForArm64: true },
  { name: 'libsql', asks: ['/', '/again'], isInCi: true, isForArm64: true },
  { name: 'resvg-wasm', asks: ['/'] },
  { name: 'node-sqlite', asks: ['/one', '/two', '/one'], isForArm64: true },
];
