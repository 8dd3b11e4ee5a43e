import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: `type Query { sum(a: Int!, b: Int!): Int! } type Subscription { down(from: Int!): Int! }`,
    resolvers: {
      Query: { sum: (_: unknown, { a, b }: { a: number; b: number }) => a + b },
      Subscription: {
        down: {
          subscribe: async function* (_: unknown, { from }: { from: number }) {
            for (let left = from; left >= 0; left--) yield { down: left };
          },
        },
      },
    },
  }),
});
createServer(yoga).listen(Number(process.env.PORT));
