// maxmind@5.0.7
import { open, validate } from 'maxmind';

console.log(validate('1.2.3.4'));
await open('/no/file.mmdb').catch((error) => console.log(error.code));
