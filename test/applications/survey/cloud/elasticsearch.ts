// @elastic/elasticsearch@9.5.1
import { Client } from '@elastic/elasticsearch';

await new Client({ node: 'http://127.0.0.1:1', maxRetries: 0 }).info().catch((error) => console.log(error.name));
