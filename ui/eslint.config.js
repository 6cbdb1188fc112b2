import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** The nouns, and which other nouns each may look at. `shell` composes them all. */
const NOUNS = {
  account: [],
  profile: [],
  context: ['profile'],
  settings: [],
  strategy: [],
  search: [],
  vault: ['account'],
  chat: ['profile', 'context', 'settings', 'strategy'],
};

const TAURI = {
  regex: '^@tauri-apps/',
  message: 'Only lib/api/tauri.ts knows Tauri. Call commands through lib/api.',
};

const refuse = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns: [TAURI, ...patterns] }] });

const into = (folders) => `^(\\.\\.?/)+(${folders.join('|')})/`;

const sources = (folder) => [`src/${folder}/**/*.ts`, `src/${folder}/**/*.svelte`];

export default ts.config(
  { ignores: ['dist/', 'src/lib/api/gen/'] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-console': 'error',
      'no-undef': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      ...refuse(),
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // Markup from a string exists in one component, which names the reason.
      'svelte/no-at-html-tags': 'error',
      // Components take `$bindable` values, which must be `let`.
      'prefer-const': 'off',
      // A Set or Map that nothing on the screen watches is a plain one on purpose.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/chat/Block.svelte'], rules: { 'svelte/no-at-html-tags': 'off' } },
  { files: ['src/lib/api/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: [...sources('lib/ui')],
    rules: refuse(
      { regex: into([...Object.keys(NOUNS), 'shell']), message: 'lib/ui knows no domain word.' },
      { regex: '/api(/|$)', message: 'lib/ui asks nothing of the core; take what it needs as a prop.' },
    ),
  },
  {
    files: [...sources('lib/api')],
    ignores: ['src/lib/api/tauri.ts'],
    rules: refuse({ regex: into([...Object.keys(NOUNS), 'shell', 'ui']), message: 'lib/api knows no screen.' }),
  },
  ...Object.entries(NOUNS).map(([noun, allowed]) => ({
    files: sources(noun),
    rules: refuse({
      regex: into(['shell', ...Object.keys(NOUNS).filter((other) => other !== noun && !allowed.includes(other))]),
      message: `${noun} may look at lib${allowed.map((other) => `, ${other}`).join('')} and nothing else.`,
    }),
  })),
  { files: ['src/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'error' } },
);
