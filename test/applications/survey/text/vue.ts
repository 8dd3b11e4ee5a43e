// vue@3.5.45 @vue/server-renderer@3.5.45
import { renderToString } from '@vue/server-renderer';
import { createSSRApp, h } from 'vue';

console.log(await renderToString(createSSRApp({ render: () => h('p', 'hello') })));
