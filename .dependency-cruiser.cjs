// One line per layer: what it may import of the project. Anything not listed is an error.
// The table of the design; docs/adr says where and why it differs. `node: true` allows Node and packages.
const LAYERS = {
  'src/base': { may: [] },
  'src/crypto': { may: ['src/base'], node: true },
  'src/iso8583': { may: ['src/base'] },
  'src/emv': { may: ['src/base'] },
  'hardware/protocol': { may: ['src/base'], packages: ['buffer-layout'] },
  // Types of terminals, as files that terminal and host read.
  'hardware/profiles': { may: ['src/base'], node: true },
  'src/terminal/(flows|kernel|receipt)': {
    may: ['src/base', 'src/iso8583', 'src/emv', 'src/terminal/(flows|kernel|receipt)'],
  },
  'src/terminal/(journal|drivers|runtime)': {
    may: [
      'src/base',
      'src/iso8583',
      'hardware/protocol',
      'src/terminal/(flows|kernel|receipt|journal|drivers|runtime)',
    ],
  },
  'src/terminal/adapters': {
    may: ['src/base', 'src/iso8583', 'src/emv', 'hardware/protocol', 'hardware/profiles', 'src/terminal'],
    node: true,
  },
  'src/recording': { may: ['src/base', 'src/iso8583', 'src/emv', 'hardware/protocol'] },
  'src/host/core': { may: ['src/base', 'src/iso8583', 'src/emv'] },
  'src/host/security-module': {
    may: ['src/base', 'src/crypto', 'src/emv', 'src/host/core/security-module-port'],
    node: true,
  },
  'src/host/(gateway|store|estate|merchants|office|knowledge|monitoring|retention|console|service|wallet)': {
    may: ['src/base', 'src/iso8583', 'src/emv', 'hardware/profiles', 'src/host'],
    node: true,
  },
  // A client on the wire: it plays terminals and cards, and knows neither the terminal nor the host.
  'src/load': {
    may: ['src/base', 'src/crypto', 'src/iso8583', 'src/emv', 'hardware/emulator/chip-card'],
    node: true,
  },
  // Terminal and board in one place, made visible and touchable: what the browser terminal shows.
  'src/workbench': {
    may: ['src/base', 'src/iso8583', 'src/emv', 'src/terminal', 'hardware/protocol', 'hardware/emulator'],
    node: true,
  },
  // The console's page, bundled for a browser: it knows the wire types and no business.
  'src/web': {
    may: ['src/base', 'src/workbench/workbench-messages', 'src/host/console/api-types'],
    packages: [
      'preact',
      '@preact/signals',
      'uplot',
      'qrcode-generator',
      'zod',
      'vite',
      '@fontsource-variable',
    ],
  },
  'hardware/emulator': {
    may: ['src/base', 'src/crypto', 'src/emv', 'hardware/protocol'],
    node: true,
  },
}
const layers = Object.entries(LAYERS)
const project = '^(src|hardware|sim|test|bench)/'

module.exports = {
  forbidden: [
    ...layers.map(([layer, { may }]) => ({
      name: `${layer} imports only what it may`,
      severity: 'error',
      from: { path: `^${layer}/` },
      to: { path: project, pathNot: `^(${[layer, ...may].join('|')})(/|\\.ts$)` },
    })),
    ...layers
      .filter(([, { node }]) => node !== true)
      .map(([layer, { packages = [] }]) => ({
        name: `${layer} knows no Node and no package`,
        severity: 'error',
        from: { path: `^${layer}/` },
        to: {
          dependencyTypes: [
            'core',
            'npm',
            'npm-dev',
            'npm-optional',
            'npm-peer',
            'npm-no-pkg',
            'npm-unknown',
          ],
          pathNot: packages.length > 0 ? `node_modules/(@types/)?(${packages.join('|')})/` : '^$',
        },
      })),
    {
      name: 'each source file stands in a layer',
      severity: 'error',
      from: { path: '^(src|hardware)/', pathNot: `^(${layers.map(([layer]) => layer).join('|')}|src/cli)/` },
      to: {},
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'terminal and host meet only on the wire',
      severity: 'error',
      from: { path: '^src/(terminal|host)/' },
      to: { path: '^src/(terminal|host)/', pathNot: '^src/$1/' },
    },
    {
      name: 'product code never imports tests, the simulated world or the command line',
      severity: 'error',
      from: { path: '^(src|hardware)/', pathNot: '^src/cli/' },
      to: { path: '^(test|bench|sim|src/cli)/' },
    },
    {
      name: 'the simulated world imports the product, never tests or the command line',
      severity: 'error',
      from: { path: '^sim/' },
      to: { path: '^(test|bench|src/cli)/' },
    },
    { name: 'everything imported exists', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
  },
}
