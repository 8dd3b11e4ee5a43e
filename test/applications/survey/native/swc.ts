// @swc/core@1.16.22
import { transformSync } from '@swc/core';

console.log(transformSync('const a: number = 1', { jsc: { parser: { syntax: 'typescript' } } }).code);
