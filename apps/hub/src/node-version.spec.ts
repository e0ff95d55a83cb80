import { refuseNode } from './node-version.js';

describe('refuseNode', () => {
  it.each(['22.19.0', '22.23.1', '24.0.0', '26.10.0'])('accepts %s', (version) => {
    expect(refuseNode(version)).toBeUndefined();
  });

  it.each(['18.20.0', '20.20.2', '22.18.9'])('refuses %s and says what to do', (version) => {
    expect(refuseNode(version)).toContain('install Node.js 24');
  });
});
