// Node erases the types itself, so there is nothing to transform.
export default {
  testEnvironment: '<rootDir>/test/support/run/patient.ts',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'cjs', 'js', 'json', 'node'],
  globalSetup: '<rootDir>/test/setup.ts',
  testMatch: ['<rootDir>/{test,bench}/**/*.test.ts'],
  testSequencer: '<rootDir>/test/support/run/longest-first.ts',
  // Not in the temporary directory, where what is left counts as a failure.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/applications/samples/'],
  testTimeout: 60_000,
};
