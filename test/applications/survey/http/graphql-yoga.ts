// graphql-yoga@5.24.1 graphql@16.11.0
import { createSchema, createYoga } from 'graphql-yoga';

const schema = createSchema({ typeDefs: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } });
const yoga = createYoga({ schema, logging: false });
console.log(await (await yoga.fetch('http://x/graphql?query={a}')).text());
