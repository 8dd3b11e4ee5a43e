import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

await initWasm(await readFile(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))));
createServer((_request, response) => {
  const image = new Resvg(
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="4" height="8"/></svg>',
  );
  const png = image.render().asPng();
  response.setHeader('content-type', 'image/png');
  response.setHeader('x-hash', createHash('sha256').update(png).digest('hex'));
  response.end(png);
}).listen(Number(process.env.PORT));
