// @apollo/server@5.5.1 graphql@16.11.0
import { ApolloServer } from '@apollo/server';

const server = new ApolloServer({ typeDefs: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } });
console.log(JSON.stringify((await server.executeOperation({ query: '{ a }' })).body));
await server.stop();
