// quickjs-emscripten@0.32.0
import { getQuickJS } from 'quickjs-emscripten';

const quick = await getQuickJS();
console.log(quick.evalCode('1 + 1'));
