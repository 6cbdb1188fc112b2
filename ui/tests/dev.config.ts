/** `npx vite --config tests/dev.config.ts`: the window in a browser, over a scripted core. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const here = new URL('.', import.meta.url).pathname;

export default defineConfig({
  root: here,
  plugins: [svelte({ configFile: '../svelte.config.js' })],
  server: { host: '127.0.0.1', port: 5174, fs: { allow: ['..'] } },
  build: { outDir: '../node_modules/.scripted', rollupOptions: { input: `${here}dev.html` }, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
