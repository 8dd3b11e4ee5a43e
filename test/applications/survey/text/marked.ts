// marked@18.2.1 markdown-it@15.0.3
import MarkdownIt from 'markdown-it';
import { marked } from 'marked';

console.log(await marked('# *a*'), new MarkdownIt().render('- b'));
