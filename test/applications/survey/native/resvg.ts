// @resvg/resvg-js@2.6.2
import { Resvg } from '@resvg/resvg-js';

const image = new Resvg(
  '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="2" height="4"/></svg>',
);
console.log(image.render().asPng().toString('hex'));
