import type { Plugin } from 'vite';

/** KaTeX and fontsource list woff2, woff and ttf for each face; every browser we support reads woff2. */
export const woff2Only: Plugin = {
  name: 'woff2-only',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('.css')) return;
    return code.replace(/,\s*url\([^)]+\.(?:woff|ttf)\)\s*format\((["'])(?:woff|truetype)\1\)/g, '');
  },
};
