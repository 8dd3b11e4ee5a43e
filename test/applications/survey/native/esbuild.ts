// esbuild@0.28.2
import { transform } from 'esbuild';

console.log((await transform('const a: number = 1', { loader: 'ts' })).code);
