// re2@1.27.1
import RE2 from 're2';

console.log(new RE2('(a+)b').exec('aab'));
