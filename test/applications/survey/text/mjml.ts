// mjml@5.4.1 juice@12.2.0
import juice from 'juice';
import mjml from 'mjml';

const { html } = await mjml('<mjml><mj-body><mj-text>hello</mj-text></mj-body></mjml>');
console.log(html.includes('hello'), juice('<style>p{color:red}</style><p>x</p>'));
