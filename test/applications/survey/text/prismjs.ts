// prismjs@1.30.0 highlight.js@11.12.0
import hljs from 'highlight.js';
import Prism from 'prismjs';
import loadLanguages from 'prismjs/components/index.js';

loadLanguages(['rust']);
console.log(
  Prism.highlight('let a', Prism.languages.rust!, 'rust'),
  hljs.highlight('let a', { language: 'rust' }).value,
);
