import base from '../../jest.config.js';

/** Suites on real tools: promtool, helm, kubectl. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};
