import type { ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { US } from '@isthmus/testing';

/** A service with a complete reading of these addresses. */
export const read = (service: ServiceState['service'], addresses: readonly string[], revision = 1): ServiceState =>
  given.serviceState(service, {
    reading: given.reading(
      addresses.map((address) => given.instance(address)),
      { revision },
    ),
  });
/** A service that is proven gone. */
export const gone = (service: ServiceState['service'], atMs: number): ServiceState =>
  given.serviceState(service, { absence: given.provenAbsence(atMs) });
/** Twenty services of a region. */
export const services = Array.from({ length: 20 }, (_, i) => given.serviceRecord(`s${i}.shop`));
/** The three addresses of each. */
export const addressesOf = (i: number): readonly string[] => [`10.1.${i}.1`, `10.1.${i}.2`, `10.1.${i}.3`];
/** All of them, read. */
export const all = (): Snapshot =>
  given.snapshot(
    US,
    services.map((service, i) => read(service, addressesOf(i))),
  );
/** The first `count` of them are proven gone. */
export const without = (count: number, atMs: number): Snapshot =>
  given.snapshot(
    US,
    services.map((service, i) => (i < count ? gone(service, atMs) : read(service, addressesOf(i)))),
  );
/** One more service. */
export const CART = given.serviceRecord('cart.shop');
