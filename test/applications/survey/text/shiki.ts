// shiki@4.6.0
import { codeToHtml } from 'shiki';

console.log(await codeToHtml('const a = 1', { lang: 'ts', theme: 'nord' }));
