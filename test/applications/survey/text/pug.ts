// pug@3.0.4
import pug from 'pug';

console.log(pug.render('ul\n  each x in a\n    li= x', { a: [1, 2] }));
