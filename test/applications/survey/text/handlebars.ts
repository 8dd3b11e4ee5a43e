// handlebars@4.7.10
import Handlebars from 'handlebars';

console.log(Handlebars.compile('{{#each a}}{{this}},{{/each}}')({ a: [1, 2] }));
