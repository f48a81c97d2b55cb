import { defineConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { woff2Only } from './vite.shared.ts';

export default defineConfig({
  // Relative addresses: the site works from any folder of any static host.
  base: './',
  plugins: [woff2Only, svelte()],
  build: {
    outDir: '../src/backsight/static',
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
        lost: '404.html',
      },
    },
  },
  worker: { format: 'es' },
  // Tests use Svelte's browser build, not the server one.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});
