// eta@4.6.0 mustache@4.2.0
import { Eta } from 'eta';
import mustache from 'mustache';

console.log(new Eta().renderString('<%= it.a %>', { a: 1 }), mustache.render('{{a}}', { a: 2 }));
