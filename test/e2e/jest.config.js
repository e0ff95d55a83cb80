import base from '../../jest.config.js';

/** Suites on real servers of their own. Most of what they do is to wait, so that three share two cores without harm. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 3,
  testTimeout: 60_000,
};
