import type { PollRecord } from '@isthmus/discovery';
import { duePolls, recordPoll } from '@isthmus/discovery';
import type { ComponentKey, ServiceState, Snapshot } from '@isthmus/model';
import { complete } from '@isthmus/model';
import { EPOCH_MS, instance, reading, serviceRecord, serviceState, snapshot, source } from '@isthmus/testing';
import type { Benchmark, Row } from './measure.js';
import { countRow } from './measure.js';

const SERVICES = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WARM_UP_MS = MINUTE_MS;
const OBSERVED_MS = 10 * MINUTE_MS;
const STEP_MS = 100;
const ANSWER = { instances: [], revision: 1 };

/** Calls of DiscoverInstances in ten simulated minutes, against polling every service every 5 s. */
export const polling: Benchmark = { title: 'Polling', run: () => Promise.resolve(rows()) };

function rows(): readonly Row[] {
  const { poll } = source();
  const log = new Map<ComponentKey, PollRecord>();
  let estate = mixedEstate(EPOCH_MS);
  let calls = 0;
  for (let elapsedMs = 0; elapsedMs < WARM_UP_MS + OBSERVED_MS; elapsedMs += STEP_MS) {
    const nowMs = EPOCH_MS + elapsedMs;
    // The hot ones go on changing, or they would cool down.
    if (elapsedMs % (5 * MINUTE_MS) === 0) estate = mixedEstate(nowMs);
    for (const { service } of duePolls(estate, log, { poll, nowMs })) {
      log.set(service.key, recordPoll(log.get(service.key), complete(ANSWER, nowMs), nowMs));
      if (elapsedMs >= WARM_UP_MS) calls += 1;
    }
  }
  const naiveCalls = (SERVICES * OBSERVED_MS) / 5_000;
  const name = `Discover calls, ${SERVICES} services, 3/17/80 % hot/warm/cold`;
  return [countRow(name, (100 * calls) / naiveCalls, { most: 16, unit: '% of polling all every 5 s' })];
}

/** 3 % of the services changed just now, 17 % within a day, 80 % long ago. */
function mixedEstate(nowMs: number): Snapshot {
  const states = Array.from({ length: SERVICES }, (_, i): ServiceState => {
    const ageMs = i % 100 < 3 ? 0 : (i % 100 < 20 ? 2 : 100) * HOUR_MS;
    const service = serviceRecord(`s${i}.shop`, { createdAtMs: nowMs - 1_000 * HOUR_MS });
    return serviceState(service, {
      reading: reading([instance('10.0.0.1')]),
      changedAtMs: nowMs - ageMs,
      firstSeenAtMs: nowMs - 1_000 * HOUR_MS,
    });
  });
  return snapshot(source(), states);
}
