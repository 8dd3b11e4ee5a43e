// nunjucks@3.2.4
import nunjucks from 'nunjucks';

console.log(nunjucks.renderString('{% for x in a %}{{ x | upper }}{% endfor %}', { a: ['b'] }));
