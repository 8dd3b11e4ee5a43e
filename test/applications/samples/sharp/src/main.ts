import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import sharp from 'sharp';

createServer(async (request, response) => {
  const width = Number(request.url?.slice(1)) || 16;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="20" fill="teal"/></svg>`;
  const png = await sharp(Buffer.from(svg)).resize(width).raw().toBuffer();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ bytes: png.length, hash: createHash('sha256').update(png).digest('hex') }));
}).listen(Number(process.env.PORT));
