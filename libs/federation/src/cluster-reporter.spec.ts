import { clusterName } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, ManualClock, recordingMetrics, silentLogger, US } from '@isthmus/testing';
import { ClusterReporter } from './cluster-reporter.js';

const CART = given.serviceState(given.serviceRecord('cart.shop'), {
  reading: given.reading([given.instance('10.0.0.1')]),
});

function rig() {
  const clock = new ManualClock();
  const metrics = recordingMetrics();
  const name = clusterName('one');
  const reporter = new ClusterReporter({ name, clock, metrics, logger: silentLogger });
  const world = new DecisionWorld();
  const gauge = (metric: string): number => metrics.value(metric, { cluster: 'one' });
  return {
    clock,
    reporter,
    gauge,
    filled: world.decide(given.snapshot(US, [CART])),
    empty: new DecisionWorld().decide(),
  };
}

describe('ClusterReporter: the queue of writes', () => {
  it('tells for how long writes have waited, from the first plan on until a moment in which none waits', async () => {
    const { clock, reporter, gauge, filled } = rig();
    reporter.decided(filled);
    await clock.advance(3_000);
    reporter.queued(2);
    expect(gauge('isthmus_apply_queue_oldest_seconds')).toBe(3);
    reporter.decided(filled);
    await clock.advance(4_000);
    reporter.queued(1);
    expect(gauge('isthmus_apply_queue_oldest_seconds')).toBe(7);
    reporter.queued(0);
    expect(gauge('isthmus_apply_queue_oldest_seconds')).toBe(0);
  });

  it('shows nothing of what an earlier plan left unsent, once nothing is planned', async () => {
    const { clock, reporter, gauge, filled, empty } = rig();
    reporter.decided(filled);
    await clock.advance(3_000);
    reporter.queued(5);
    expect(gauge('isthmus_apply_queue_depth')).toBe(5);
    reporter.decided(empty);
    expect(gauge('isthmus_apply_queue_depth')).toBe(0);
    expect(gauge('isthmus_apply_queue_oldest_seconds')).toBe(0);
    reporter.decided(filled);
    await clock.advance(1_000);
    reporter.queued(1);
    expect(gauge('isthmus_apply_queue_oldest_seconds')).toBe(1);
  });
});
