// svgo@4.1.0
import { optimize } from 'svgo';

console.log(optimize('<svg xmlns="http://www.w3.org/2000/svg"><g><path d="M0 0 L 10 10"/></g></svg>').data);
