import { clusterName } from '@isthmus/model';
import { addApproval } from './add-approval.js';

const ORIGIN = { file: 'isthmus.yaml', folder: '/conf' };
const APPROVAL = {
  cluster: clusterName('eks'),
  removals: '82b1b837e1440211',
  untilMs: Date.UTC(2030, 0, 1, 12),
};
const ENTRY = "- { cluster: eks, removals: '82b1b837e1440211', until: '2030-01-01T12:00:00.000Z' }";
const OTHER = "- { cluster: eks, removals: '0123456789abcdef', until: '2029-01-01T12:00:00Z' }";

const HEAD = `# The production hub.
apiVersion: isthmus.dev/v1
hub: { name:   prod }   # odd spaces stay
sources: [{ name: us, region: us-east-1 }]
clusters:
  - name: eks
    role: primary
    kubeconfig: { file: ./eks.yaml }
    routes: [{ from: { namespaces: [shop] } }]   # one route
`;

describe('addApproval', () => {
  it.each<[string, string, string]>([
    ['at the end of a file that has none', HEAD, `${HEAD}approvals:\n  ${ENTRY}\n`],
    ['to a file whose last line is not ended', HEAD.trimEnd(), `${HEAD}approvals:\n  ${ENTRY}\n`],
    [
      'behind the last one, at its indentation',
      `${HEAD}approvals:\n    ${OTHER} # Anna\n# the end\n`,
      `${HEAD}approvals:\n    ${OTHER} # Anna\n    ${ENTRY}\n# the end\n`,
    ],
    ['to a list without indentation', `${HEAD}approvals:\n${OTHER}`, `${HEAD}approvals:\n${OTHER}\n${ENTRY}\n`],
    [
      'behind an entry of several lines',
      `${HEAD}approvals:\n  - cluster: eks\n    removals: '0123456789abcdef'\n    until: '2029-01-01T12:00:00Z'\n\n# the end\n`,
      `${HEAD}approvals:\n  - cluster: eks\n    removals: '0123456789abcdef'\n    until: '2029-01-01T12:00:00Z'\n  ${ENTRY}\n\n# the end\n`,
    ],
    ['to an empty list', `${HEAD}approvals: []\n`, `${HEAD}approvals:\n  ${ENTRY}\n`],
    [
      'to a list in one line',
      `approvals: [{ cluster: eks, removals: '0123456789abcdef', until: '2029-01-01T12:00:00Z' }] # ours\n${HEAD}`,
      `approvals:\n  ${OTHER}\n  ${ENTRY} # ours\n${HEAD}`,
    ],
  ])('adds it %s, and keeps every other byte', (_where, text, expected) => {
    expect(addApproval(text, APPROVAL, ORIGIN)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['is no configuration', 'hub: 1', /not a configuration/],
    ['has no list there', `${HEAD}approvals: { cluster: eks }\n`, /not a configuration/],
    [
      'is one flow mapping',
      `{ apiVersion: isthmus.dev/v1, hub: { name: a }, clusters: [{ name: eks, role: primary, kubeconfig: { file: a } }] }`,
      /not written as a list/,
    ],
  ])('leaves a file alone that %s', (_what, text, reason) => {
    expect(addApproval(text, APPROVAL, ORIGIN)).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });

  it('refuses an approval of a cluster that the file does not have', () => {
    const approval = { ...APPROVAL, cluster: clusterName('gke') };
    expect(addApproval(HEAD, approval, ORIGIN)).toMatchObject({ ok: false });
  });
});
