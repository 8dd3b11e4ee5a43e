// cheerio@1.2.0
import { load } from 'cheerio';

console.log(load('<ul><li>a</ul>')('li').text());
