/** The floors of docs/architecture.md: imports go down, never up, sideways only by events and ports, never in circles. */
const floors = [
  ['config', 'prisma', 'common'],
  ['identity'],
  ['organisations'],
  ['nodes'],
  ['servers'],
  ['remote', 'billing', 'tickets', 'applications', 'ai', 'oauth', 'tunnels'],
  ['admin', 'health'],
];

const below = floors.flatMap((areas, floor) =>
  areas.map((area) => ({
    name: `floor-of-${area}`,
    comment: `src/${area} knows only itself and the floors below it; upwards and sideways go events and ports.`,
    severity: 'error',
    from: { path: `^src/${area}/`, pathNot: '\\.spec\\.ts$' },
    to: {
      path: '^src/[^/]+/',
      pathNot: `^src/(generated|${[...floors[0], ...floors.slice(1, floor).flat(), area].join('|')})/`,
    },
  })),
);

module.exports = {
  forbidden: [
    ...below,
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^(src|test|scripts)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'controllers-only-talk-http',
      comment: 'Controllers import services, DTOs and decorators: no database, no HTTP client.',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '(^src/(prisma|generated)/|node_modules/(undici|pg|@prisma)/)' },
    },
    {
      name: 'resources-keep-their-inside',
      comment: 'Controllers and SQL of a resource are its own; others use its services.',
      severity: 'error',
      from: { path: '^src/([^/]+)/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/[^/]+/[^/]+/.*\\.(controller|sql)\\.ts$',
        pathNot: '^src/$1/$2/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'starters-are-not-imported',
      comment: 'main, cli and start/ put the application together; nothing in it knows them.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/start/' },
      to: { path: '^src/(main|cli|bootstrap|app\\.module)\\.ts$|^src/start/' },
    },
    {
      name: 'production-code-stands-alone',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^(test|scripts)/', '\\.spec\\.ts$'] },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-missing-files',
      severity: 'error',
      // dist/ exists only after a build.
      from: {},
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src/generated/', '^dist/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
