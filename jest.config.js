export default {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '/test/architecture/violations/', '/test/e2e/', '/test/deploy/'],
  testEnvironment: '<rootDir>/scripts/jest-environment.mjs',
  testSequencer: '<rootDir>/scripts/longest-first.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '/apps/hub/.+\\.ts$': ['ts-jest', { useESM: true }],
    '\\.ts$': '<rootDir>/scripts/strip-types.mjs',
  },
  moduleNameMapper: {
    '^@isthmus/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    // The array leaves the .js imports of node_modules alone.
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  collectCoverageFrom: ['{apps,libs}/*/src/**/*.ts', '!**/*.spec{,-rig}.ts', '!**/main.ts'],
  coverageProvider: 'v8',
  // Longer than what `eventually` waits, which says what did not happen.
  testTimeout: 30_000,
  maxWorkers: 3,
  workerIdleMemoryLimit: '1GB',
};
