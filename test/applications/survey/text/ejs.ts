// ejs@7.0.2
import ejs from 'ejs';

console.log(ejs.render('<% for (const x of a) { %><%= x %><% } %>', { a: [1, '<'] }));
