import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { everyPage, woff2Only } from './vite.pages.ts';
import { pythonConstants, pythonRuntime } from './vite.python.ts';

const outDir = '../src/backsight/static';

export default defineConfig(async ({ command }): Promise<ViteUserConfig> => ({
  // Relative addresses: the site works from any folder of any static host.
  base: './',
  plugins: [everyPage, woff2Only, svelte(), pythonRuntime(outDir)],
  define: await pythonConstants(command === 'serve'),
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // data: addresses would force font-src and img-src data: into the security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      input: {
        home: 'index.html',
        sandbox: 'sandbox/index.html',
        lesson: 'lesson/index.html',
        python: 'python/index.html',
        workbench: 'workbench/index.html',
        figures: 'figures/index.html',
        practice: 'practice/index.html',
        exam: 'exam/index.html',
        reference: 'reference/index.html',
        lost: '404.html',
      },
    },
  },
  worker: { format: 'es' },
  // Tests use Svelte's browser build, not the server one.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  // A busy machine takes its time; a test that passes never waits for it.
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], testTimeout: 30_000 },
}));
