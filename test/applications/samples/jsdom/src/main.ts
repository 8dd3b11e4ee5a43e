import { createServer } from 'node:http';
import { load } from 'cheerio';
import { JSDOM } from 'jsdom';

createServer((_request, response) => {
  const { window } = new JSDOM('<ul><li>one<li>two</ul><script>document.title = "run"</script>', {
    runScripts: 'dangerously',
  });
  const style = window.getComputedStyle(window.document.querySelector('li')!).display;
  const $ = load(window.document.body.innerHTML);
  response.end(
    JSON.stringify([window.document.title, style, $('li').length, window.document.documentElement.outerHTML]),
  );
}).listen(Number(process.env.PORT));
