// Node erases the types itself, so there is nothing to transform.
export default {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'cjs', 'js', 'json', 'node'],
  globalSetup: '<rootDir>/test/setup.ts',
  testMatch: ['<rootDir>/{test,bench}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testTimeout: 60_000,
};
