// @napi-rs/canvas@1.1.1
import { createHash } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';

const context = createCanvas(8, 8).getContext('2d');
context.fillRect(0, 0, 4, 4);
console.log(
  createHash('sha256')
    .update(context.getImageData(0, 0, 8, 8).data)
    .digest('hex'),
);
