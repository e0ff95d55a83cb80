import type { EntryName } from '@isthmus/model';
import type { EntryManifest } from '@isthmus/ports';
import { updateBody } from './entry-body.js';

const manifest: EntryManifest = {
  name: 'a' as EntryName,
  labels: { l: '1' },
  annotations: { kept: '1' },
  spec: { hosts: ['a.b'], location: 'MESH_EXTERNAL', resolution: 'STATIC', ports: [], endpoints: [] },
  absentLabels: ['gone', 'l'],
  absentAnnotations: ['gone', 'kept'],
};

describe('updateBody', () => {
  const body = JSON.parse(updateBody(manifest, { uid: 'u', resourceVersion: '7' })) as Record<string, unknown>;

  it('carries both conditions', () => {
    expect(body['metadata']).toMatchObject({ uid: 'u', resourceVersion: '7' });
  });

  it('sends labels and annotations that are no longer wanted as null, and never one that is', () => {
    expect(body['metadata']).toMatchObject({ labels: { l: '1', gone: null }, annotations: { kept: '1', gone: null } });
  });

  it('sends every key of the spec, those that are not wanted as null', () => {
    expect(body['spec']).toEqual({
      ...manifest.spec,
      addresses: null,
      workloadSelector: null,
      exportTo: null,
      subjectAltNames: null,
    });
  });
});
