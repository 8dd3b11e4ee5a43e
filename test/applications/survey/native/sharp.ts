// sharp@0.35.5
import sharp from 'sharp';

const image = sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } });
console.log((await image.png().toBuffer()).toString('hex'));
