/** Real database, real HTTP: nothing is mocked, so files run in a few processes and not too many. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions()] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  // These need a PostgreSQL and a Redis server, or a browser: `npm run test:replicas`, `npm run test:browser`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(replicas|browser)/'],
  setupFiles: ['<rootDir>/test/support/preload.mjs'],
  maxWorkers: 2,
  // Also for hooks: the first panel of a run compiles everything and makes the database template.
  testTimeout: 60_000,
  // Each file leaves its modules and its WebAssembly database behind; the limit counts only the former.
  workerIdleMemoryLimit: '400MB',
};

function swcOptions() {
  return {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2023',
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  };
}
