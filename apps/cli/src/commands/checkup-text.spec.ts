import { broken, fine, unseen, warned } from '@isthmus/model';
import { checkupLines, exitCodeOf, sumOf } from './checkup-text.js';

const CHECKUPS = [
  { subject: 'redis', checks: [fine('redis', 'it answers PING')] },
  {
    subject: 'cluster eks',
    checks: [
      warned('excess-rights', 'it may do more', 'Take it away.'),
      broken('rights', 'it may not create', 'kubectl apply -f - <<EOF\nkind: Role\nEOF'),
      unseen('istiod', 'not for the hub to see'),
    ],
  },
];

describe('checkupLines', () => {
  it('shows a line per check, what to paste below it, and a sum', () => {
    expect(checkupLines(CHECKUPS).map(({ text }) => text)).toEqual([
      'redis',
      '  ✓ redis              it answers PING',
      '',
      'cluster eks',
      '  ‼ excess-rights      it may do more',
      '      → Take it away.',
      '  ✗ rights             it may not create',
      '      → kubectl apply -f - <<EOF',
      '        kind: Role',
      '        EOF',
      '  ? istiod             not for the hub to see',
      '',
      '1 ✓  1 ‼  1 ✗  1 not to be seen',
    ]);
  });

  it('counts by outcome, and gives 3 only for what does not work', () => {
    expect(sumOf(CHECKUPS)).toEqual({ ok: 1, warning: 1, failed: 1, unknown: 1 });
    expect(exitCodeOf(CHECKUPS)).toBe(3);
    expect(exitCodeOf([{ subject: 'a', checks: [warned('a', 'b', 'c'), unseen('d', 'e')] }])).toBe(0);
  });
});
