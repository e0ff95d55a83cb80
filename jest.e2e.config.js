import base from './jest.config.js';

/** Suites that need servers which npm cannot bring: `npm run test:e2e`. They run one after another, because they measure times. */
export default {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
