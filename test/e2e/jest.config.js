import base from '../../jest.config.js';

/** Suites on real servers: in turn, because each starts servers of its own and every one of them is patient. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
