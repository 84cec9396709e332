import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'coverage/',
      '.data/',
      'bench/node_modules/',
      'bench/dist/',
      'client/dist*/',
      'client/examples/nest-app/dist/',
      'client/src/service-api.ts',
    ],
  },
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
  // What a folder may import stands in .dependency-cruiser.js, which sees modules and not their names.
  {
    files: ['src/*/application/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: '@nestjs/common',
          allowImportNames: ['Injectable', 'Inject', 'Logger'],
          message: 'The application needs no more of the framework.',
        },
      ],
    },
  },
);
