import { DROPPED_SERVICE } from '../../libs/testing/src/simulation/index.js';
import type { Truth, TrueService } from '../../libs/testing/src/simulation/index.js';
import type { Bench, SeenWrite } from './bench.js';
import type { ComponentView, ObjectView } from './object-view.js';

/** For how long a loss of health may take to be seen, or its end. */
const HEALTH_SEEN_MS = 900_000;
const GRACE_MS = 120_000;
/** The clock of a hub may run 5 % fast between two sweeps, and a Date header has whole seconds. */
const CLOCK_ERROR_MS = 6_000;
const REFUSED_ADDRESSES = /^(127\.|169\.254\.|0\.|22[4-9]\.)/;

/** Compares what a hub wrote with what was true. */
export function judgeContent(write: SeenWrite, bench: Bench): void {
  const { before, after } = write;
  if (after !== undefined) judgeHostility(after, bench);
  // What an object held that others have edited cannot be told.
  const known = before?.isIntact === true ? before : undefined;
  if (known !== undefined) {
    judgeRemovals(write, known, bench);
    judgeComponents(write, known, bench);
  }
  if (after !== undefined && (known !== undefined || before === undefined)) judgeAdditions(write, after, bench);
}

/** Endpoints that leave although they are registered at this moment and were healthy all the time. */
export function wronglyRemoved({ before, after, atMs }: SeenWrite, truth: Truth): readonly string[] {
  return [...(before?.addresses ?? [])].filter((address) => {
    const owner = truth.ownerOf(address);
    const isThere = owner?.addresses.has(address) === true && !owner.wasUnhealthySince(address, atMs - HEALTH_SEEN_MS);
    return isThere && after?.addresses.has(address) !== true;
  });
}

function judgeHostility({ addresses, host }: ObjectView, { violate }: Bench): void {
  for (const address of addresses) if (REFUSED_ADDRESSES.test(address)) violate('hostile', address);
  if (host.includes('.svc.') || host.startsWith('evil.')) violate('hostile', host);
}

function judgeRemovals({ after, atMs }: SeenWrite, before: ObjectView, { truth, violate }: Bench): void {
  for (const address of before.addresses) {
    const owner = truth.ownerOf(address);
    if (after?.addresses.has(address) === true || owner === undefined) continue;
    const recorded = after?.components.get(owner.id);
    if (recorded === undefined || before.components.get(owner.id)?.addresses.has(address) !== true) continue;
    const isProven = heirsOf(owner, truth).some((one) => one.at(recorded.revision)?.has(address) === false);
    if (isProven || owner.wasUnhealthySince(address, atMs - HEALTH_SEEN_MS)) continue;
    violate('removal-unproven', `${address} leaves, which ${owner.name} holds at revision ${recorded.revision}`);
  }
}

function judgeComponents(write: SeenWrite, before: ObjectView, bench: Bench): void {
  const { after } = write;
  for (const component of before.components.values()) {
    const next = after?.components.get(component.serviceId);
    if (next === undefined) judgeLeaving(write, { before, component }, bench);
    else if (next.revision < component.revision && !isRecreated(component, bench)) {
      bench.violate('revision-back', `${component.serviceId} from ${component.revision} to ${next.revision}`);
    }
  }
  if (after !== undefined && after.epoch < before.epoch) {
    bench.violate('epoch-back', `from ${before.epoch} to ${after.epoch}, generation ${write.sender.generation}`);
  }
}

/** A component leaves an object, or its object goes. */
function judgeLeaving(
  write: SeenWrite,
  { before, component }: { readonly before: ObjectView; readonly component: ComponentView },
  { truth, violate }: Bench,
): void {
  const service = truth.service(component.serviceId);
  if (service === undefined) return violate('removal-unproven', `${component.key} is no service that ever was`);
  const isUnmapped = write.sender.generation === 2 && service.name === DROPPED_SERVICE;
  if (!service.isGone && !isUnmapped) {
    return violate('removal-unproven', `${service.name} (${component.serviceId}) leaves and exists`);
  }
  if (service.isGone && heirsOf(service, truth).length > 1) return;
  const markedAtMs = before.marks.get(component.serviceId);
  const ageMs = markedAtMs === undefined ? undefined : write.serverTimeMs - markedAtMs;
  if (ageMs === undefined || ageMs < GRACE_MS - CLOCK_ERROR_MS) {
    violate('phase-skipped', `${service.name} leaves, ${ageMs === undefined ? 'unmarked' : `marked ${ageMs} ms ago`}`);
  }
}

/**
 * A service and those that were created anew under its names. Cloud Map's data plane is asked by names, so that it
 * answers for the heir before the catalogue shows that the heir is another service.
 */
function heirsOf(service: TrueService, truth: Truth): readonly TrueService[] {
  return truth.services.filter(
    ({ region, name, createdAtMs }) =>
      region === service.region && name === service.name && createdAtMs >= service.createdAtMs,
  );
}

/**
 * Whether all that a service would bring is registered now with those that bear its names, and nothing on the object
 * says so: a process that lost all it knew, and was shown an old catalogue, cannot tell them from it.
 */
function isTakenForHeir(
  { addresses }: ComponentView,
  known: { readonly service: TrueService; readonly before: ObjectView | undefined; readonly truth: Truth },
): boolean {
  const { service, before, truth } = known;
  const heirs = heirsOf(service, truth).filter((one) => one !== service && !one.isGone);
  if (heirs.some(({ id }) => before?.components.has(id) === true)) return false;
  return [...addresses].every((address) => heirs.some((heir) => heir.addresses.has(address)));
}

function isRecreated({ serviceId }: ComponentView, { truth }: Bench): boolean {
  const service = truth.service(serviceId);
  return service !== undefined && heirsOf(service, truth).length > 1;
}

function judgeAdditions({ before, cluster }: SeenWrite, after: ObjectView, { truth, removed, violate }: Bench): void {
  for (const component of after.components.values()) {
    const service = truth.service(component.serviceId);
    if (service === undefined) {
      violate('addition-unfounded', `${component.key} is no service that ever was`);
      continue;
    }
    if (before?.components.has(component.serviceId) !== true) {
      const isKnownGone = service.isGone && removed.get(cluster)?.has(component.serviceId) === true;
      if (isKnownGone && !isTakenForHeir(component, { service, before, truth }))
        violate('resurrection', `${service.name} (${component.serviceId}) was removed before`);
    }
    for (const address of component.addresses) {
      const isFounded =
        service.heldFrom(component.revision, address) ||
        heirsOf(service, truth).some((one) => one !== service && one.heldEver(address));
      if (before?.addresses.has(address) === true || isFounded) continue;
      violate('addition-unfounded', `${address} of ${service.name} at revision ${component.revision}`);
    }
  }
}
