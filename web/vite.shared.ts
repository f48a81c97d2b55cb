import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { cp, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
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

const require = createRequire(import.meta.url);
const pyodide = dirname(require.resolve('pyodide/package.json'));
const { version } = require('pyodide/package.json') as { version: string };
const { info } = require('pyodide/pyodide-lock.json') as { info: Record<string, string> };
const RUNTIME = `pyodide-${version}`;
const RUNTIME_FILES = ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip'];

/**
 * What the Python worker must know of its runtime, as constants: where it lies, seen from the worker, which Python it
 * is, and how many bytes each file has (behind a compressed answer, a browser does not say).
 */
export function pythonConstants(serving: boolean): Record<string, string> {
  const sizes = RUNTIME_FILES.map((file) => [file, statSync(join(pyodide, file)).size]);
  return {
    __PYTHON_RUNTIME__: JSON.stringify(serving ? '/node_modules/pyodide/' : `./${RUNTIME}/`),
    __PYTHON_INFO__: JSON.stringify({ ...info, version }),
    __PYTHON_SIZES__: JSON.stringify(Object.fromEntries(sizes)),
  };
}

/** Python's runtime beside the bundle, compressed as the server sends it. Nothing is asked of any other host. */
export const pythonRuntime = (outDir: string): Plugin => ({
  name: 'python-runtime',
  apply: 'build',
  async writeBundle() {
    const to = join(outDir, 'assets', RUNTIME); // the version is in the name: cached for good
    const kept = join(pyodide, '..', `.backsight-${RUNTIME}`); // compressing takes long: once per version
    mkdirSync(to, { recursive: true });
    mkdirSync(kept, { recursive: true });
    const compress = { '.br': compressBrotli, '.gz': compressGzip };
    await Promise.all(
      RUNTIME_FILES.flatMap((file) => [
        cp(join(pyodide, file), join(to, file)),
        // A zip file is compressed as it is.
        ...(file.endsWith('.zip') ? [] : Object.entries(compress)).map(async ([suffix, work]) => {
          const small = join(kept, file + suffix);
          if (!existsSync(small)) {
            await writeFile(`${small}.part`, await work(readFileSync(join(pyodide, file))));
            await rename(`${small}.part`, small);
          }
          await cp(small, join(to, file + suffix));
        }),
      ]),
    );
  },
});

const compressGzip = (content: Buffer) => promisify(gzip)(content, { level: 9 });

const compressBrotli = (content: Buffer) =>
  promisify(brotliCompress)(content, {
    params: {
      // 9 takes twice as long for a hundredth of the bytes.
      [constants.BROTLI_PARAM_QUALITY]: 7,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
