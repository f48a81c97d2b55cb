/** What pages share before they are bundled. */

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

const HEAD = `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="preload" href="/src/look/fonts/hand.woff2" as="font" type="font/woff2" crossorigin />
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <script src="/theme.js"></script>`;

const NOSCRIPT = `<noscript
      ><p class="noscript">
        backsight draws and computes in your browser: please allow JavaScript.
      </p></noscript
    >`;

/** What every page's head begins with, and what it says where there is no JavaScript. */
export const everyPage: Plugin = {
  name: 'every-page',
  transformIndexHtml: {
    order: 'pre', // before Vite follows the addresses
    handler: (html) => html.replace('<!--site:head-->', HEAD).replace('<!--site:noscript-->', NOSCRIPT),
  },
};
