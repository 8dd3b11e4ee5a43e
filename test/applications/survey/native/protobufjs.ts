// protobufjs@8.8.1
import protobuf from 'protobufjs';

const { root } = protobuf.parse('syntax = "proto3"; message A { string b = 1; int64 c = 2; }');
const A = root.lookupType('A');
console.log(A.decode(A.encode({ b: 'x', c: 5 }).finish()).toJSON(), Object.keys(protobuf.common('any', {}) ?? {}));
