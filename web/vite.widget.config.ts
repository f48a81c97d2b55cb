import type { Plugin } from 'vite';
import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';

/** The guide's workers are files of their own; a notebook's come within the script, so those files are not made. */
const noWorkerFiles: Plugin = {
  name: 'no-worker-files',
  enforce: 'pre',
  transform: (code, id) =>
    /\/engine\/(training|crew)\.ts$/.test(id)
      ? code.replace(/new URL\('\.\/[\w.]+', import\.meta\.url\)/, "''")
      : undefined,
};

/** None of these figures sets a formula: the setter and its fonts stay out. */
const noFormulas: Plugin = {
  name: 'no-formulas',
  enforce: 'pre',
  transform: (_, id) =>
    id.endsWith('/parts/katex.ts')
      ? 'export default { render(tex, element) { element.textContent = tex; } };'
      : undefined,
};

// One script that needs no other file, styles included: src/backsight/notebook/view.py sends it as text.
export default defineConfig({
  plugins: [noWorkerFiles, noFormulas, svelte({ compilerOptions: { css: 'injected' } })],
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  worker: { format: 'iife' },
  build: {
    outDir: '../src/backsight/static/.widget',
    emptyOutDir: true,
    target: 'es2022',
    // `light-dark()` stays as it is: the notebook says which by `color-scheme`, not by the system's preference.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    lib: { entry: 'src/hosts/notebook.ts', formats: ['iife'], name: 'figures', fileName: () => 'figures.js' },
  },
});
