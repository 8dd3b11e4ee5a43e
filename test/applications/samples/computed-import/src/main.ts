import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';

const pages = readdirSync(new URL('./pages', import.meta.url)).toSorted();
createServer(async (request, response) => {
  const name = request.url?.slice(1) ?? '';
  try {
    const page = await import(`./pages/${name}.ts`);
    response.end(page.render(pages));
  } catch (error) {
    response.writeHead(404).end((error as NodeJS.ErrnoException).code);
  }
}).listen(Number(process.env.PORT));
