import { FIELD_DOCS } from './field-docs.js';
import { errorsIn } from './config.spec-rig.js';

const BASE = { apiVersion: 'isthmus.dev/v1', hub: { name: 'prod' } };

/** A document with one field at a path such as `clusters[].routes[].to.host`. */
function documentWith(path: string, value: unknown): object {
  const steps = path.split('.');
  const inner = steps.reduceRight<unknown>((around, step) => {
    const name = step.replace('[]', '');
    return { [name]: step === name ? around : [around] };
  }, value) as Record<string, object>;
  return { ...BASE, ...inner, ...('hub' in inner ? { hub: { ...BASE.hub, ...inner['hub'] } } : {}) };
}

function remediesOf(document: object): readonly string[] {
  const unknown = errorsIn(JSON.stringify(document)).filter(({ code }) => code === 'CFG004');
  return unknown.map(({ remedy }) => remedy);
}

describe('an unknown field', () => {
  const paths = Object.keys(FIELD_DOCS).filter((path) => path !== 'apiVersion');
  const inDefaults = paths
    .filter((path) => /^(source|cluster)s\[\]\./.test(path) && !path.endsWith('s[].name'))
    .map((path) => path.replace(/^(source|cluster)s\[\]/, 'defaults.$1'));

  it('is told from the field that was meant, at every depth and in the defaults too', () => {
    const silent = [...paths, ...inDefaults].filter((path) => {
      const meant = path.slice(path.lastIndexOf('.') + 1);
      return !remediesOf(documentWith(`${path}x`, 'x')).includes(`did you mean ${meant}?`);
    });
    expect(silent).toEqual([]);
  });
});
