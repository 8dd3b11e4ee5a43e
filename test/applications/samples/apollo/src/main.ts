import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const server = new ApolloServer({
  typeDefs: `type Query { hello(name: String = "world"): String! broken: Int! }`,
  resolvers: {
    Query: {
      hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
      broken: () => {
        throw new Error('broken as told');
      },
    },
  },
  includeStacktraceInErrorResponses: false,
});
const { url } = await startStandaloneServer(server, { listen: { port: Number(process.env.PORT) } });
console.log(`ready at ${url}`);
