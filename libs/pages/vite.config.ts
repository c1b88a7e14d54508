import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: path('src'),
  // Resolves @wbiz/* to their source, so that this build waits for no other.
  resolve: { conditions: ['source', 'module', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path('dist'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false }, // it would add an inline script, which the policy forbids
    assetsInlineLimit: 0,
    rolldownOptions: { input: { console: path('src/console.html'), reference: path('src/reference.html') } },
  },
});
