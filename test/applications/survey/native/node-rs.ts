// @node-rs/argon2@2.2.1 @node-rs/bcrypt@2.0.0 @node-rs/crc32@1.10.8
import { hashSync, verifySync } from '@node-rs/argon2';
import { hash } from '@node-rs/bcrypt';
import { crc32 } from '@node-rs/crc32';

console.log(crc32('x'), verifySync(hashSync('x'), 'x'), (await hash('x')).length);
