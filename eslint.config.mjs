import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const importRule = '@typescript-eslint/no-restricted-imports';

/** Forbids the imports whose path matches; `types` lets `import type` through. */
const forbid = (regex, message, types = false) => ({ regex, message, allowTypeImports: types });

/** Which packages and modules of Node a room may import; which rooms it may is in dependency-cruiser.config.mjs. */
const room = (files, ...patterns) => ({ files, rules: { [importRule]: ['error', { patterns }] } });

const syntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];
const noClassButErrors = {
  selector: ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/Error$|Failure$/])',
  message: 'No class except errors.',
};
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only src/config, and src/host for a child process, read the environment.',
};
/** The same input must always give the same output: no clock, no chance, no machine. */
const noClock = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes in as a value.' },
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Time comes in as a value.',
  },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'Chance comes in as a value.' },
];

/** Node's own asks the environment's proxy for nothing, or for everything. */
const noGlobalFetch = { name: 'fetch', message: 'fetchHere or fetchOutside of src/host/os/http.ts.' };

const machine = ['process', 'fetch', 'crypto', 'performance'];

const sizes = (lines, linesPerFunction) => ({
  'max-lines': ['error', { max: lines, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: linesPerFunction, skipBlankLines: true, skipComments: true }],
});

/** In src every line counts, as `wc -l` counts them. */
const srcSizes = (lines, linesPerFunction) => ({
  ...sizes(lines, linesPerFunction),
  'max-lines': ['error', { max: lines, skipBlankLines: false, skipComments: false }],
});

const common = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-restricted-syntax': ['error', ...syntax],
};

/** What plain JavaScript is asked for beside its types, which are checked where it is one of tsconfig.json's. */
const plainJavaScript = [
  'no-var',
  'prefer-const',
  'no-unreachable',
  'no-dupe-keys',
  'no-empty',
  'no-fallthrough',
  'no-self-assign',
  'no-self-compare',
  'no-cond-assign',
  'no-constant-condition',
  'no-unsafe-finally',
  'no-useless-catch',
  'no-async-promise-executor',
  'no-control-regex',
  'require-atomic-updates',
  'use-isnan',
  'valid-typeof',
];

export default defineConfig(
  globalIgnores(['dist/', '.tools/', 'data/', 'coverage/', 'sdk_clients/']),
  { rules: common },
  {
    files: ['**/*.ts', '{scripts,test,testing}/**/*.mjs'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.ts'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      // `readJson<T>` reads what this program wrote: the caller names what that was.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `() => Promise<void>` where a contract allows both, and `async` without `await` where a contract wants a promise.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      ...srcSizes(200, 60),
      'no-restricted-syntax': ['error', ...syntax, noClassButErrors],
      'no-restricted-globals': ['error', noGlobalFetch],
    },
  },
  {
    files: ['{test,testing}/**/*.{ts,mjs}', 'bench/**/*.ts'],
    // Vitest's asymmetric matchers (`expect.any`, …) are `any`; a `!` that is wrong fails the test.
    rules: {
      ...sizes(400, 400),
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/max-params': 'off',
    },
  },

  room(
    ['scripts/{os,setup}/**/*.mjs', 'scripts/{setup,run}.mjs'],
    forbid('^(?!\\.{1,2}/|node:)', 'This runs before there are node_modules: Node alone.'),
  ),
  room(['src/domain/**/*.ts'], forbid('^(?!\\./)', 'src/domain imports itself alone.')),
  room(
    ['src/config/**/*.ts'],
    forbid(
      '^(?!\\./|\\.\\./domain/|zod$|yaml$|fastest-levenshtein$|node:(path|crypto)$)',
      'src/config: domain, zod, yaml.',
    ),
  ),
  room(
    ['src/config/load.ts'],
    forbid(
      '^(?!\\./|\\.\\./domain/|zod$|yaml$|fastest-levenshtein$|node:(fs|path|crypto)$)',
      'The loader: domain, zod, yaml, node:fs.',
    ),
  ),
  room(['src/host/**/*.ts'], forbid('^@temporalio/', 'src/host knows nothing of Temporal.')),
  room(
    ['src/report/**/*.ts'],
    forbid(
      '^(?!\\./|\\.\\./(\\.\\./domain/|domain/|[a-z-]+\\.js$|charts/|page/)|echarts/|markdown-table$)',
      'src/report: domain, charts and tables, values in and text out.',
    ),
  ),
  room(
    ['src/messages/**/*.ts'],
    forbid('^(?!\\./|\\.\\./domain/|@temporalio/(workflow|common)$)', 'src/messages: definitions and types alone.'),
  ),
  room(
    ['src/activities/**/*.ts'],
    forbid(
      '^@temporalio/(?!(activity|client|common)$)',
      'src/activities: @temporalio/activity, and the client that it hands out.',
    ),
  ),
  room(
    ['src/workflows/**/*.ts'],
    forbid('^\\.\\./activities/', 'src/workflows knows activities by their types.', true),
    forbid(
      '^(?!\\./|\\.\\./(domain|activities|messages)/|@temporalio/(workflow|common)$|markdown-table$)',
      'src/workflows: definitions, @temporalio/workflow, and tables for the Web UI.',
    ),
  ),
  room(
    ['src/{client,temporal}/**/*.ts'],
    forbid('^(\\.\\./)+workflows/', 'src/client knows workflows by their types.', true),
    forbid('^@temporalio/(worker|workflow|activity|testing)', 'src/client is a client.'),
  ),
  room(
    ['src/temporal/{runtime,worker-side}.ts'],
    forbid('^(\\.\\./)+workflows/', 'The worker knows workflows by their bundle.', true),
    forbid('^@temporalio/(workflow|activity|testing)', 'What of Temporal a worker alone needs.'),
  ),
  {
    files: ['src/{domain,report}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...syntax, noClassButErrors, ...noClock],
      'no-restricted-globals': ['error', ...machine, 'setTimeout', 'setInterval'],
    },
  },
  // Temporal makes clock, chance and timers of a workflow deterministic, and nothing else.
  { files: ['src/workflows/**/*.ts'], rules: { 'no-restricted-globals': ['error', ...machine] } },
  {
    files: ['src/{activities,config,workflows}/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, noClassButErrors, noEnvironment] },
  },
  // ROBUSTMQ_HOME, the one setting that is the machine's and not the config's.
  {
    files: ['src/config/broker-program.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, noClassButErrors] },
  },
  // A factory of activities is a list of functions, and its type is what it returns.
  {
    files: ['src/activities/**/*.ts'],
    rules: { ...srcSizes(200, 80), '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  { files: ['src/worker.ts'], rules: srcSizes(90, 60) },
  {
    files: ['**/*.mjs'],
    rules: {
      ...sizes(250, 60),
      // Types and casts stand in comments, which the compiler reads and these rules do not.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      ...Object.fromEntries(plainJavaScript.map((rule) => [rule, 'error'])),
    },
  },
  {
    files: ['*.config.{mjs,ts}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
