import { resolveConfigFile } from './config-file.js';

describe('resolveConfigFile', () => {
  it.each([
    ['where the command was called', { file: 'a.yaml', initCwd: undefined, expected: '/cwd/a.yaml' }],
    ['where npm was called, when npm runs it', { file: '../a.yaml', initCwd: '/me/conf', expected: '/me/a.yaml' }],
    ['nowhere, when it is absolute', { file: '/etc/a.yaml', initCwd: '/me', expected: '/etc/a.yaml' }],
  ])('starts a path %s', (_where, { file, initCwd, expected }) => {
    expect(resolveConfigFile(file, { cwd: '/cwd', initCwd })).toBe(expected);
  });
});
