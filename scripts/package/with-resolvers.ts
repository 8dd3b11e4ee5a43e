// Takes the place of Promise.withResolvers in a bundle for Node.js 20. https://esbuild.github.io/api/#inject
export { newResolvers as 'Promise.withResolvers' } from '../../src/shared/new-resolvers.ts';
