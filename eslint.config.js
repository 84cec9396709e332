import tseslint from 'typescript-eslint';

/**
 * The fence: what each layer may import. `http → application → domain ← persistence`; persistence
 * sees the application's ports only; slices do not see each other. test/fence.spec.ts plants a
 * violation of each rule and expects it to be found.
 */
const SLICES = ['customer-events', 'api-keys'];

const pattern = (regex, message) => ({ regex, message });
const packages = (...names) => `^(${names.join('|')})(/|$)`;
const FRAMEWORKS = packages('@nestjs', 'typeorm', 'pg', 'express', 'class-validator', 'class-transformer', 'rxjs');
const STORAGE = packages('typeorm', 'pg');
const HTTP = packages(
  'express',
  '@nestjs/swagger',
  '@nestjs/platform-express',
  'class-validator',
  'class-transformer',
  'node:http',
);

const fence = (files, patterns, more = {}) => ({
  files,
  ignores: ['**/*.spec.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns, ...more }] },
});

const otherSlices = (slice) =>
  SLICES.filter((other) => other !== slice).map((other) =>
    pattern(`/${other}/`, 'Slices do not see each other; they meet in app.module.ts.'),
  );

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.data/', 'bench/node_modules/', 'bench/dist/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'max-lines': ['error', { max: 300 }],
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.spec.ts', '**/*.contract.ts'], rules: { 'max-lines': 'off' } },
  { files: ['ormconfig.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['src/**/*.ts', 'libs/**/*.ts'],
    ignores: ['src/config.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'config.ts is the only reader of the environment.' },
      ],
    },
  },
  fence(
    ['libs/**/*.ts'],
    [pattern('/src/', 'A library knows nothing of the service.'), pattern(FRAMEWORKS, 'A library needs no framework.')],
  ),
  // An embedded server is asked whether it answers, which takes a client.
  fence(
    ['libs/embedded-postgres/**/*.ts'],
    [
      pattern('/src/', 'A library knows nothing of the service.'),
      pattern(
        packages('@nestjs', 'typeorm', 'express', 'class-validator', 'class-transformer', 'rxjs'),
        'A library needs no framework.',
      ),
    ],
  ),
  ...SLICES.flatMap((slice) => [
    fence(
      [`src/${slice}/domain/**/*.ts`],
      [
        pattern(FRAMEWORKS, 'The domain needs no framework.'),
        pattern('/(application|http|persistence|operations)/', 'The domain knows nothing of what is around it.'),
        ...otherSlices(slice),
      ],
    ),
    fence(
      [`src/${slice}/application/**/*.ts`],
      [
        pattern(STORAGE, 'The application knows ports, not databases.'),
        pattern(HTTP, 'The application knows nothing of HTTP.'),
        pattern('/(http|persistence|operations)/', 'The application sees its domain only.'),
        {
          regex: '^@nestjs/common$',
          allowImportNames: ['Injectable', 'Inject', 'Logger'],
          message: 'The application needs no more of the framework.',
        },
        ...otherSlices(slice),
      ],
    ),
    fence(
      [`src/${slice}/http/**/*.ts`],
      [
        pattern(STORAGE, 'HTTP reaches the database through the application only.'),
        pattern('/persistence/', 'HTTP reaches the database through the application only.'),
        pattern('\\.port\\.ts$', 'HTTP calls the application, not its ports.'),
        ...otherSlices(slice),
      ],
    ),
    fence(
      [`src/${slice}/persistence/**/*.ts`],
      [
        pattern(HTTP, 'Persistence knows nothing of HTTP.'),
        pattern('/http/', 'Persistence knows nothing of HTTP.'),
        pattern('/application/(?!.*\\.port\\.ts$)', "Persistence sees the application's ports only."),
        ...otherSlices(slice),
      ],
    ),
  ]),
);
