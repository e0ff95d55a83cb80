import { shrink } from './shrink.js';
import { simulate } from './simulate.js';

describe('shrink', () => {
  it('leaves the kinds of faults without which the run does not fail', async () => {
    const run = { seed: 28, withoutGuard: 'completeness', faultMinutes: 1 } as const;
    const whole = await simulate(run);
    const { outcome, faults } = await shrink(run, 'removal-unproven');
    expect(faults).toContain('source-truncated');
    expect(faults.length).toBeLessThan(whole.kinds.length / 2);
    expect(outcome.kinds).toEqual(faults);
    expect(outcome.violations.map(({ invariant }) => invariant)).toContain('removal-unproven');
  }, 60_000);
});
