// mime@4.1.2 file-type@22.3.0 archiver@8.0.0
import * as archiver from 'archiver';
import { fileTypeFromBuffer } from 'file-type';
import mime from 'mime';

console.log(
  mime.getType('a.svg'),
  await fileTypeFromBuffer(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
  Object.keys(archiver).length,
);
