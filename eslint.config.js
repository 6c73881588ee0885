/** Lint rules: the usual ones, and the table "Who may import whom" of main/README.md, area by area. */
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** What every area is kept from, beside its own list. */
const electronAlone = { group: ['electron', 'electron/*', 'electron-store', 'electron-updater'], message: 'Only main/desktop may resolve Electron: under plain Node its package tries a download.' }
const networksAlone = { regex: '/networks/(?!index\\.ts$|network\\.ts$)', message: 'A network is reached through its registry (main/networks/index.ts) alone.' }
const noNode = { regex: '^node:|^(fs|path|os|child_process|http|https|net|crypto|worker_threads|url|util|stream|events|process)(/|$)', message: 'No Node here.' }
const noDoors = { regex: '(^|/)(desktop|headless|command-line)/', message: 'Nobody imports a door.' }
const onlyPackages = (names, where) => ({ regex: `^(?!\\.|node:|(${names.join('|')})(/|$))`, message: `${where} may use ${names.join(', ') || 'no packages'} and nothing else from npm.` })

const services = ['gpu', 'benchmark', 'networks', 'market-data', 'earnings', 'ledger', 'enrolment', 'provider', 'support', 'policy', 'health', 'history', 'state']
/** The libraries made for each service's job. */
const libraries = {
  gpu: ['koffi', 'node-nvidia-smi', 'systeminformation', 'xml2js', 'zod'],
  benchmark: ['koffi', 'zod'],
  earnings: ['zod', 'csv-parse', 'temporal-polyfill'],
  'market-data': ['got', 'p-queue', 'zod'],
  ledger: ['@noble/curves', '@noble/hashes', '@scure/base', 'csv-stringify', 'temporal-polyfill', 'zod'],
  enrolment: ['got', 'zod'],
  provider: ['zod'],
  policy: ['dbus-native', 'koffi', 'temporal-polyfill', 'x11', 'zod'],
  support: ['fflate', 'zod'],
  health: ['standardwebhooks', 'zod'],
  history: ['zod'],
  state: ['zod', 'conf'],
}

function imports(files, patterns, more = {}) {
  return { files, ...more, rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

/** Services that networks are handed to: they know the contract, and no network. */
const knowsTheContract = new Set(['earnings', 'market-data', 'ledger', 'enrolment', 'provider'])

/** A service knows shared/, main/system/, the contract of networks where it is handed some, and itself. */
function serviceImports(name) {
  const others = services.filter((other) => other !== name && !(knowsTheContract.has(name) && other === 'networks'))
  return imports(
    [`main/${name}/**/*.ts`],
    [
      electronAlone,
      noDoors,
      ...(knowsTheContract.has(name) ? [{ regex: '/networks/(?!network\\.ts$)', message: `${name} knows the contract of networks; the registry is handed in.` }] : []),
      { regex: `\\.\\./(${others.join('|')})/`, message: 'Services never import each other: app.ts joins them. A type is no import.', allowTypeImports: true },
      { regex: '\\.\\./(app|host)\\.ts$|\\.\\./api/|renderer/', message: 'A service does not know who uses it.', allowTypeImports: true },
      onlyPackages(libraries[name] ?? ['zod'], `main/${name}`),
    ],
  )
}

const onlyErrors = [
  'error',
  { selector: 'ClassDeclaration[superClass=null], ClassExpression[superClass=null]', message: 'Plain modules and closures; a class only for an error.' },
  { selector: 'ClassDeclaration[superClass.name!=/Error$|^NotPossible$/][superClass!=null]', message: 'A class only for an error.' },
  { selector: 'TSEnumDeclaration', message: 'A union in place of an enum.' },
  { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
]
/** The import rules do not see `import()`: it may load what a file may import anyway, from its own folder or from npm. */
const importInPlace = { selector: 'ImportExpression[source.value=/^\\.\\.\\//]', message: 'import() stays in its folder: the import rules do not see it.' }
const noImportCall = { selector: 'ImportExpression', message: 'import() has no place here: the import rules do not see it.' }
const noElectronOnTheSly = [
  importInPlace,
  { selector: 'ImportExpression[source.value=/^electron(-store|-updater)?($|\\/)/]', message: electronAlone.message },
  { selector: 'CallExpression[callee.name=/equire$/][arguments.0.value=/^electron(-store|-updater)?($|\\/)/]', message: electronAlone.message },
]

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'gallery/**', 'test-results/**', '.idlewatt/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      'no-restricted-syntax': [...onlyErrors, ...noElectronOnTheSly],
      'max-lines': ['warn', { max: 300 }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    },
  },
  { files: ['renderer/**/*.{ts,tsx}'], plugins: { 'react-hooks': reactHooks }, rules: { ...reactHooks.configs.recommended.rules } },

  imports(['shared/**/*.ts'], [electronAlone, noNode, { regex: '^\\.\\./|/(main|renderer)/', message: 'shared/ knows nobody.' }, onlyPackages(['zod'], 'shared')]),
  imports(['main/system/**/*.ts'], [electronAlone, noDoors, { regex: `\\.\\./(${services.join('|')}|api)/|\\.\\./app\\.ts$|renderer/`, message: 'main/system knows shared/ and the outside world.' }, onlyPackages(['dockerode', 'koffi', 'systeminformation', 'temporal-polyfill', 'zod'], 'main/system')]),
  ...services.filter((name) => name !== 'networks').map(serviceImports),
  imports(
    ['main/networks/**/*.ts'],
    [electronAlone, noNode, noDoors, { regex: `\\.\\./(${services.filter((name) => name !== 'networks').join('|')}|api|system)/|\\.\\./(app|host)\\.ts$|renderer/`, message: 'An adapter is values and pure functions: it is handed what it needs.' }, onlyPackages(['zod'], 'main/networks')],
  ),
  imports(
    ['main/networks/*/**/*.ts'],
    [
      electronAlone,
      noNode,
      noDoors,
      { regex: '^(\\.\\./)+(?!network\\.ts$|(\\.\\./)*shared/)', message: 'An adapter knows shared/, ../network.ts and its own folder.' },
      onlyPackages(['zod'], 'main/networks/<id>'),
    ],
  ),
  imports(['main/service/**/*.ts'], [electronAlone, noDoors, { regex: `\\.\\./(${services.join('|')}|api)/|\\.\\./app\\.ts$|renderer/`, message: 'Starting at boot concerns the system alone.' }, onlyPackages([], 'main/service')]),
  imports(['main/app.ts', 'main/house.ts', 'main/host.ts', 'main/keep-watch.ts', 'main/comparison.ts', 'main/measuring.ts', 'main/runs.ts', 'main/network-health.ts', 'main/money.ts', 'main/measured-energy.ts', 'main/programmes.ts', 'main/policy-parts.ts', 'main/support-parts.ts', 'main/backtesting.ts', 'main/initial-state.ts', 'main/cited.ts', 'main/told-settings.ts'], [electronAlone, noDoors, { regex: 'renderer/', message: 'Main does not know the window.' }]),
  imports(['main/api/**/*.ts'], [electronAlone, noDoors, networksAlone, { regex: 'renderer/', message: 'Main does not know the window.' }, onlyPackages(['zod'], 'main/api')]),
  imports(['main/headless/**/*.ts'], [electronAlone, doorRule('desktop|command-line'), doorServices(), { regex: 'renderer/', message: 'A door serves the built page; it does not import it.' }]),
  // The command line's `serve` hands over to the headless door; that is the one step from door to door.
  imports(['main/command-line/**/*.ts'], [electronAlone, doorRule('desktop'), doorServices(), { regex: 'renderer/', message: 'A terminal needs no window.' }]),
  { files: ['main/desktop/**/*.ts'], rules: { 'no-restricted-syntax': [...onlyErrors, importInPlace] } },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': onlyErrors } },
  { files: ['shared/**/*.ts', 'main/networks/**/*.ts', 'main/headless/**/*.ts', 'main/api/**/*.ts'], rules: { 'no-restricted-syntax': [...onlyErrors, noImportCall] } },
  {
    files: ['shared/**/*.ts', 'main/networks/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...['fetch', 'process', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'Buffer', 'setInterval'].map((name) => ({ name, message: 'No I/O here: what is needed is handed in.' }))] },
  },
  imports(['main/desktop/**/*.ts'], [doorRule('headless|command-line'), doorServices(), { regex: 'renderer/', message: 'A door loads the built page; it does not import it.' }]),
  imports(['renderer/**/*.{ts,tsx}'], [electronAlone, noNode, { regex: '/(main|scripts|test)/', message: 'The window knows shared/ alone.' }]),
  imports(['scripts/*.js', 'scripts/lib/**/*.js'], [electronAlone, { regex: '^(?!\\.|node:)', message: 'Runs on Node 20 with nothing installed.' }]),
  { files: ['scripts/gallery.js', 'scripts/gallery/**', 'scripts/measure/**'], rules: { 'no-restricted-imports': ['error', { patterns: [electronAlone] }] } },
  { files: ['*.config.{js,ts}', '**/*.config.ts', '**/*.d.ts', 'scripts/reporter.js', 'test/helpers/**'], rules: { 'no-restricted-syntax': 'off' } },
  // A test may break any rule of layering to look at a part.
  { files: ['test/**/*.{ts,tsx}'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
)

function doorRule(others) {
  return { regex: `\\.\\./(${others})/`, message: 'A door does not know the others.' }
}

/** Doors reach services through app.ts; what is a door to the outside or holds the settings file they open themselves. */
function doorServices() {
  return { regex: `\\.\\./(${services.filter((name) => name !== 'state').join('|')})/`, message: 'A door reaches services through app.ts.' }
}
