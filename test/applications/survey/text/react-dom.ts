// react@19.3.1 react-dom@19.3.1
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

console.log(renderToStaticMarkup(createElement('p', null, 'hello')));
