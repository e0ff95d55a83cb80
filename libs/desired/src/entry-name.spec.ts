import type { EntryName, Host } from '@isthmus/model';
import fc from 'fast-check';
import { entryNameOf, hostInName, partOfName } from './entry-name.js';

const nameOf = (host: string, part?: number): string => entryNameOf(host as Host, part);
const LEGAL = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

describe('entryNameOf', () => {
  it('puts cloudmap- before the host, and the number of a part behind it', () => {
    expect(nameOf('orders.shop')).toBe('cloudmap-orders.shop');
    expect(nameOf('orders.shop', 0)).toBe('cloudmap-orders.shop');
    expect(nameOf('orders.shop', 3)).toBe('cloudmap-orders.shop--p3');
  });

  it('cuts a name that would be too long and tells two such hosts apart', () => {
    const long = `${'a'.repeat(60)}.`.repeat(4);
    const [one, other] = [nameOf(`${long}one`), nameOf(`${long}two`)];
    expect(one.length).toBeLessThanOrEqual(253);
    expect(one).toMatch(LEGAL);
    expect(one).not.toBe(other);
  });

  it('leaves room for the number of the last part', () => {
    const long = nameOf(`${`${'a'.repeat(60)}.`.repeat(4)}one`, 999);
    expect(long.length).toBeLessThanOrEqual(253);
    expect(long).toMatch(LEGAL);
  });

  it('does not take a host for a part of another', () => {
    expect(nameOf('orders.shop--p1')).not.toBe(nameOf('orders.shop', 1));
    expect(partOfName(entryNameOf('orders.shop--p1' as Host)).part).toBe(0);
  });

  it('gives names from which part and host can be read back', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
    const hosts = fc.array(label, { minLength: 2, maxLength: 14 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(hosts, fc.integer({ min: 0, max: 999 }), (host, part) => {
        const base = entryNameOf(host as Host);
        expect(partOfName(entryNameOf(host as Host, part))).toEqual({ base, part });
        expect(entryNameOf(hostInName(base))).toBe(base);
      }),
    );
  });

  it.each(['cloudmap-a.b--p0', 'cloudmap-a.b--p01', 'cloudmap-a.b--p1000', 'cloudmap-a.b--px', '--p1'])(
    'takes %s for the name of a host',
    (name) => {
      expect(partOfName(name as EntryName)).toEqual({ base: name, part: 0 });
    },
  );
});
