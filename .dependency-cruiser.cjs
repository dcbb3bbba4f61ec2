const CORE = '^src/(model|checks|diagnosis|incidents|guard|forensics|repair|reports)/';
const ADAPTERS = ['probes', 'fly', 'tenants', 'alerts', 'store', 'metrics'];
const ADAPTER = `^src/(${ADAPTERS.join('|')})/`;

/** An adapter may use the pure core, itself, what is named, and of config its types. */
const strangers = ADAPTERS.map((name) => ({
  name: `${name}-knows-no-other-adapter`,
  comment:
    'Adapters are strangers to one another: what one needs of another is an interface in model that main hands it. ' +
    'Breaking this means that a channel or a table can no longer be replaced alone.',
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: '^src/',
    pathNot: [
      CORE,
      `^src/${name}/`,
      '^src/config/',
      ...(['probes', 'tenants'].includes(name) ? ['^src/fly/'] : []),
    ],
  },
}));

/** One home for each dangerous or shaping package. */
const homes = [
  ['better-sqlite3', '^src/store/', 'SQL has one home, so that a row and its meaning are read together'],
  ['dns-packet', '^src/(probes|sandbox)/', 'only a probe (or the sandbox server) speaks DNS'],
  ['node-cron', '^src/schedule/', 'cron only triggers; what is due is decided elsewhere'],
  ['prom-client', '^src/metrics/', 'every metric is declared in one place'],
  ['nodemailer', '^src/alerts/', 'only a channel sends mail'],
  ['fastify', '^src/http/', 'only http serves'],
  ['commander', '^src/cli/', 'only the command line parses arguments'],
  ['graphql', '^src/sandbox/', "the client's documents are plain text; only the sandbox executes GraphQL"],
].map(([name, home, comment]) => ({
  name: `${name}-has-one-home`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: `(^|/)node_modules/${name}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one; type-only cycles count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'model-imports-nothing',
      comment: 'The words of the product depend on nobody, so that everybody can depend on them.',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'core-is-pure',
      comment:
        'The core judges and decides without I/O: no packages, no node: modules, no time of its own. ' +
        'Breaking this means that a decision can no longer be tested with a table.',
      severity: 'error',
      from: { path: CORE },
      to: { pathNot: CORE },
    },
    {
      name: 'config-is-a-leaf',
      comment: 'Configuration is read by everyone and knows nobody but the model.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/(model|config)/' },
    },
    ...strangers,
    {
      name: 'adapters-take-config-types-only',
      comment: 'An adapter that loads configuration decides where its settings come from; main decides that.',
      severity: 'error',
      from: { path: ADAPTER },
      to: { path: '^src/config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'monitor-is-below-its-callers',
      comment: 'The shell serves cli, http and schedule, and knows none of them.',
      severity: 'error',
      from: { path: '^src/monitor/' },
      to: { path: '^src/(cli|http|schedule|sandbox)/|^src/(main|bin|index)\\.ts$' },
    },
    {
      name: 'callers-get-adapters-from-main',
      comment:
        'cli, http and schedule take adapters as arguments: their types may be named, nothing is constructed.',
      severity: 'error',
      from: { path: '^src/(cli|http|schedule)/' },
      to: { path: ADAPTER, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'callers-are-strangers',
      comment: 'cli, http and schedule meet in main only.',
      severity: 'error',
      from: { path: '^src/(cli|http|schedule)/' },
      to: { path: '^src/(cli|http|schedule)/', pathNot: '^src/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-stands-alone',
      comment:
        'The sandbox is the other side of the wire: sharing code with the product would let both be wrong alike.',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: '^src/(model|sandbox)/' },
    },
    {
      name: 'sandbox-is-for-demo-and-tests',
      comment: 'No production code knows about the sandbox.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox/|cli/demo(/|\\.ts$))' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'nobody-imports-the-wiring',
      comment:
        'main and wiring construct what the others are given; whoever imports them wires twice. bin starts main.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(bin\\.ts$|main\\.ts$|wiring/)' },
      to: { path: '^src/(main\\.ts$|wiring/)' },
    },
    {
      name: 'src-knows-no-tests',
      comment: 'No production code knows about tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    ...homes,
    {
      name: 'not-resolvable',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-deps-in-src',
      comment: 'An installed package has no devDependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
