// typescript@5.9.3
import ts from 'typescript';

console.log(ts.transpile('enum A { B }'));
const host = ts.createCompilerHost({});
console.log(host.getDefaultLibFileName({}).split('/').at(-1), host.fileExists(host.getDefaultLibFileName({})));
