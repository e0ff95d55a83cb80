/**
 * Which way dependencies point. One sentence per forbidden direction; test/architecture plants one violation of each
 * rule and fails when a rule does not bite.
 */
/** Specs and what they share may know more than what they test; neither is built. */
const SPEC = '\\.spec(-rig)?\\.ts$';
const PURE = '^libs/(config|discovery|desired|plan|election|emulation)/';

/** Only `owners` may import the npm packages that match. */
const onlyIn = (name, packages, owners, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: owners },
  to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], path: `node_modules/(${packages})(/|$)` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'model-imports-nothing',
      comment: 'The vocabulary depends on no other part of Isthmus and on no package.',
      severity: 'error',
      from: { path: '^libs/model/', pathNot: SPEC },
      to: { pathNot: ['^libs/model/', '^(node:)?crypto$'] },
    },
    {
      name: 'ports-know-only-the-model',
      comment: 'A port is a promise in the words of the model.',
      severity: 'error',
      from: { path: '^libs/ports/' },
      to: { pathNot: ['^libs/(ports|model)/'] },
    },
    {
      name: 'core-knows-only-the-model',
      comment: 'What decides knows the vocabulary and nothing else of Isthmus; the stages do not know each other.',
      severity: 'error',
      from: { path: '^libs/(config|discovery|desired|plan|emulation)/', pathNot: SPEC },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/model/', '^libs/$1/'] },
    },
    {
      name: 'core-does-no-io',
      comment: 'What decides reads no file, opens no socket and starts no process.',
      severity: 'error',
      from: { path: PURE, pathNot: SPEC },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|net|path)$' },
    },
    {
      name: 'use-cases-know-no-adapter',
      comment: 'The use cases work over ports: they run in a test without any SDK.',
      severity: 'error',
      from: { path: '^libs/federation/', pathNot: SPEC },
      to: { path: '^(libs|apps)/', pathNot: '^libs/(federation|model|ports|discovery|desired|plan)/' },
    },
    {
      name: 'election-knows-only-ports',
      comment: 'Who leads is decided without knowing what a leader does or where the lease is kept.',
      severity: 'error',
      from: { path: '^libs/election/', pathNot: SPEC },
      to: { path: '^(libs|apps)/', pathNot: '^libs/(election|model|ports)/' },
    },
    {
      name: 'adapters-know-no-other-part',
      comment: 'An adapter translates between one system and the ports; it knows neither the core nor another adapter.',
      severity: 'error',
      from: { path: '^libs/(cloudmap|kubernetes|redis|telemetry)/', pathNot: SPEC },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/(model|ports)/', '^libs/$1/'] },
    },
    {
      name: 'libs-know-no-app',
      comment: 'Libraries are wired by apps, never the other way round.',
      severity: 'error',
      from: { path: '^libs/', pathNot: SPEC },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-stand-alone',
      comment: 'Apps do not import each other; the command reaches the hub by a dynamic import only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'libs-have-one-door',
      comment: 'A library is entered through its index.ts.',
      severity: 'error',
      from: { path: '^(?:apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/.+', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$1/'] },
    },
    {
      name: 'testing-is-for-tests',
      comment: 'Builders and fakes are not part of the product.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/testing/', SPEC] },
      to: { path: '^libs/testing/' },
    },
    onlyIn('nest-only-in-the-hub', '@nestjs/[^/]+', '^(apps/hub|test)/', 'Nest wires the hub and nothing else.'),
    onlyIn(
      'aws-sdk-only-in-cloudmap',
      '@aws-sdk/[^/]+|@smithy/(?!signature-v4)[^/]+',
      '^(libs/cloudmap|test/e2e)/',
      'The AWS SDK stays behind its port; beside it only what fills a real Cloud Map for a test.',
    ),
    onlyIn(
      'aws-signatures-only-for-eks-tokens',
      '@smithy/signature-v4',
      '^libs/kubernetes/src/tokens/',
      'A token of EKS is a signed request that is never sent; everything else of AWS is asked through its SDK.',
    ),
    onlyIn(
      'kubernetes-clients-only-in-kubernetes',
      '@kubernetes/client-node|undici',
      '^(libs/kubernetes|test/performance)/',
      'Clients of Kubernetes stay behind their port; beside it only what ours is measured against.',
    ),
    onlyIn(
      'redis-client-only-in-redis',
      'ioredis',
      '^(libs/redis|test/e2e/redis)/',
      'Redis stays behind its ports; beside it only what searches a real one in a test.',
    ),
    onlyIn(
      'telemetry-packages-only-in-telemetry',
      'prom-client|pino',
      '^libs/telemetry/',
      'Logs and metrics go through their ports.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/|^test/architecture/violations/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
