// jsdom@31.0.1
import { JSDOM } from 'jsdom';

console.log(new JSDOM('<p>a<b>c').serialize());
