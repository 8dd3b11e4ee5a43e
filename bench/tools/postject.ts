// postject.ts RUNTIME BLOB OUTPUT IDENTIFIER: one executable made by postject, as a process that can be measured.
import { readFile } from 'node:fs/promises';
import { injectBlob } from '../../src/toolchain/inject/postject.ts';

const [runtime = '', blob = '', output = '', identifier = ''] = process.argv.slice(2);
await injectBlob(runtime, await readFile(blob), { output, identifier });
