/** Real PostgreSQL, real app, native ES modules: see "Run, test, lint, measure" in CONTRIBUTING.md. */
const project = (name, testMatch, more = {}) => ({
  displayName: name,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  ...more,
});

export default {
  projects: [
    project('unit', ['src/**/*.spec.ts', 'libs/**/*.spec.ts']),
    project('integration', ['test/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/support/global-setup.js',
      globalTeardown: '<rootDir>/test/support/global-teardown.js',
    }),
  ],
  testTimeout: 30_000,
  // Many tests wait for processes and timers: one worker less than cores, the default, leaves the machine idle.
  maxWorkers: 2,
};
