import type { Run } from './simulate.js';

/** Runs that once failed, and what was wrong. They are replayed by `npm test`. */
export const REGRESSIONS: readonly (Run & { readonly found: string })[] = [
  {
    seed: 1,
    faultMinutes: 5,
    found: 'one empty answer of a revision too high made every later empty answer count for nothing, for ever',
  },
  {
    seed: 61,
    faultMinutes: 5,
    found: 'the deadline of a term was waited for without a wait: sums of fractions of milliseconds are rounded',
  },
  {
    seed: 90,
    faultMinutes: 5,
    found: 'a stale answer among true ones was believed as the third whose revision had gone back',
  },
  {
    seed: 24,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a wall clock set back by minutes stopped all polls and every proof of absence for as long',
  },
  {
    seed: 29,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a restored service that was suspected to be gone was created anew in a cluster that had removed it',
  },
  {
    seed: 103,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a revision that had been overruled was reached in earnest, and still counted as overruled',
  },
  {
    seed: 149,
    faultMinutes: 3,
    found: 'a wall clock set back by minutes kept “three in a row over a minute” waiting until it had caught up',
  },
  {
    seed: 202949,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a mark whose write had failed was never counted again by a brake that held since then, once it was done',
  },
  {
    seed: 107018,
    faultMinutes: 5,
    found: 'a wall clock set back by minutes kept a marked service waiting until it had caught up',
  },
  {
    seed: 502351,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a hub whose clock was set back took what another had read for forged, and wrote what it overrules over it',
  },
  {
    seed: 503122,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'a service that was created anew twice was put back by a hub that had not heard of the third',
  },
  {
    seed: 704043,
    isLeadingForced: true,
    faultMinutes: 5,
    found:
      'an endpoint that one hub had added while it kept another was taken away by the older proof of the other hub',
  },
  {
    seed: 708019,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'three older answers were believed although a page of the newer revision had come between them',
  },
  {
    seed: 701867,
    isLeadingForced: true,
    faultMinutes: 5,
    found: 'nothing of ours: the judge counted a mark for one term that the other hub had taken away',
  },
];
