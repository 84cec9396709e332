/** Real PostgreSQL, real app, native ES modules: see "Run, test, lint, measure" in CONTRIBUTING.md. */
const project = (name, testMatch, more = {}) => ({
  displayName: name,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  // Together these import test files as Node imports any module.
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  transform: {},
  ...more,
});

export default {
  projects: [
    project('unit', ['src/**/*.spec.ts', 'libs/**/*.spec.ts', 'client/src/**/*.spec.ts']),
    project('integration', ['test/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/support/global-setup.js',
      globalTeardown: '<rootDir>/test/support/global-teardown.js',
    }),
  ],
  testTimeout: 30_000,
  // On two cores. Many tests wait for processes, timers and disks: two workers leave a third of the machine idle.
  maxWorkers: 3,
};
