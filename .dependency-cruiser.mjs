/**
 * Which folder may import from which. Each row is a part of the tree and what its files may import beside one another;
 * everything else is refused. `npm run lint` holds it, and apps/api/test/import-rules.test.ts plants a breach of each rule.
 */
export const parts = {
  shared: { path: 'shared/src/', imports: [] },

  lib: { path: 'apps/api/src/lib/', imports: [] },
  theme: { path: 'apps/api/src/theme/', imports: ['lib'] },
  live: { path: 'apps/api/src/live/', imports: ['lib', 'shared'] },
  polls: { path: 'apps/api/src/polls/', imports: ['lib', 'shared'] },
  store: { path: 'apps/api/src/store/', imports: ['polls', 'lib', 'shared'] },
  cluster: { path: 'apps/api/src/cluster/', imports: ['polls', 'live', 'lib', 'shared'] },
  reactions: { path: 'apps/api/src/reactions/', imports: ['polls', 'live', 'lib', 'shared'] },
  http: { path: 'apps/api/src/http/', imports: ['polls', 'live', 'theme', 'lib', 'shared'] },
  config: { path: 'apps/api/src/config/', imports: ['lib', 'shared'] },
  metrics: { path: 'apps/api/src/metrics/', imports: ['lib'] },
  commands: { path: 'apps/api/src/commands/', imports: ['config', 'store', 'lib', 'shared'] },
  compose: {
    path: 'apps/api/src/compose/',
    imports: ['config', 'http', 'metrics', 'reactions', 'store', 'cluster', 'polls', 'live', 'theme', 'lib', 'shared'],
  },
  main: {
    path: 'apps/api/src/main.ts',
    imports: ['compose', 'commands', 'config', 'store', 'cluster', 'theme', 'lib'],
  },

  web: { path: 'apps/web/src/', imports: ['shared'] },
}

/** Packages that belong to one part. */
const packages = [
  { name: 'koa', of: ['http'], path: '^node_modules/(koa|@koa|@types/koa)' },
  { name: 'pg', of: ['store', 'cluster'], path: '^node_modules/(pg|@types/pg)/' },
  { name: 'ioredis', of: ['cluster'], path: '^node_modules/ioredis/' },
  { name: 'typeorm', of: ['store'], path: '^node_modules/(typeorm|sqlite3)/' },
  { name: 'prom-client', of: ['metrics'], path: '^node_modules/prom-client/' },
  { name: 'vue', of: ['web'], path: '^node_modules/(vue|vue-router|vue-chartjs|chart\\.js|@vueuse)/' },
]

const own = '^(apps|shared)/'
const tests = '\\.test\\.ts$'

const pattern = (path) => `^${path.replaceAll('.', '\\.')}`
const patterns = (names) => names.map((name) => pattern(parts[name].path))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(parts).map(([name, { path, imports }]) => ({
      name: `${name}-imports`,
      comment: `${name} imports ${['itself', ...imports].join(', ')}.`,
      severity: 'error',
      from: { path: pattern(path), pathNot: tests },
      to: { path: own, pathNot: patterns([name, ...imports]) },
    })),
    ...packages.map(({ name, of, path }) => ({
      name: `${name}-package`,
      comment: `Only ${of.join(' and ')} knows ${name}.`,
      severity: 'error',
      from: {
        path: own,
        pathNot: [...patterns(of), tests, '^apps/(api/testing|loadtest)/', '^apps/[^/]+/[^/]+\\.ts$'],
      },
      to: { path },
    })),
    {
      name: 'vote-imports-no-streams',
      comment: 'The write path knows no streams: whoever shows votes listens to pollChanged.',
      severity: 'error',
      from: { path: '^apps/api/src/(http/routes/votes\\.ts|polls/|store/)', pathNot: tests },
      to: { path: '^apps/api/src/(live|reactions|cluster)/' },
    },
    {
      name: 'web-runs-in-a-browser',
      comment: 'The page has no Node.',
      severity: 'error',
      from: { path: '^apps/web/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'live-knows-no-polls',
      comment: 'The engine knows topics and bytes.',
      severity: 'error',
      from: { path: '^apps/api/src/live/', pathNot: tests },
      to: { path: '^shared/src/', pathNot: '^shared/src/stream\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      // TypeORM's entities name each other.
      from: { pathNot: '^apps/api/src/store/entities/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node'] },
  },
}
