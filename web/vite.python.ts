/**
 * Python's runtime as the site sends it. Its standard library comes as source text, which Python would compile at every
 * first start, in the browser: two thirds of the time until it is there. What a start needs is compiled here instead.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { cp, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { loadPyodide } from 'pyodide';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const pyodide = dirname(require.resolve('pyodide/package.json'));
const { version } = require('pyodide/package.json') as { version: string };
const { info } = require('pyodide/pyodide-lock.json') as { info: Record<string, string> };
const RUNTIME = `pyodide-${version}`;
const FILES = ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm'];
const LIBRARY = 'python_stdlib.zip';
/** What takes long is done once per version. */
const KEPT = join(pyodide, '..', `.backsight-${RUNTIME}`);

/** Modules of the standard library that the core imports; what these and Pyodide itself import is found by importing. */
const WANTED =
  'abc ast base64 bisect builtins collections.abc contextlib contextvars copy csv dataclasses datetime difflib dis ' +
  'enum fractions functools gc html importlib.resources importlib.util inspect io itertools json keyword linecache ' +
  'math operator os pathlib random re shutil string sysconfig textwrap traceback types typing unicodedata warnings';

/** Without docstrings and asserts, or where in a line something stands: as compiled, a module is no larger than as text. */
const COMPILE = `
import sys, importlib, importlib.util, io, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

for name in wanted.split():
    importlib.import_module(name)
paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
at = next(path for path in sys.path if path.endswith(".zip")) + "/"
out = io.BytesIO()
with zipfile.ZipFile("/library.zip") as library, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
    for file in library.infolist():
        name, content = file.filename, library.read(file)
        if at + name in paths:
            code = compile(content, at + name, "exec", dont_inherit=True, optimize=2)
            name, content = name + "c", _code_to_hash_pyc(code, importlib.util.source_hash(content), False)
        zipped.writestr(zipfile.ZipInfo(name, file.date_time), content, zipfile.ZIP_DEFLATED)
out.getvalue()
`;

/** Its name says what was done to it: browsers keep it for good. */
const COMPILED = `python_stdlib-${createHash('sha256')
  .update(WANTED + COMPILE)
  .digest('hex')
  .slice(0, 8)}.zip`;

/** The compiled library: its path. */
async function compiled(): Promise<string> {
  const path = join(KEPT, COMPILED);
  if (existsSync(path)) return path;
  mkdirSync(KEPT, { recursive: true });
  // The same bytes wherever it is built: sets have an order of their own for every seed.
  const python = await loadPyodide({ env: { PYTHONHASHSEED: '0', PYTHONNODEBUGRANGES: '1' } });
  python.FS.writeFile('/library.zip', readFileSync(join(pyodide, LIBRARY)));
  python.globals.set('wanted', WANTED);
  const bytes = python.runPython(COMPILE) as { toJs(): Uint8Array };
  await written(path, bytes.toJs());
  return path;
}

/**
 * What the Python worker must know of its runtime, as constants: where it lies, seen from the worker, which Python it
 * is, what its library is called, and how many bytes each file has (behind a compressed answer, a browser does not say).
 */
export async function pythonConstants(serving: boolean): Promise<Record<string, string>> {
  const library = serving ? join(pyodide, LIBRARY) : await compiled();
  const paths = [...FILES.map((file) => join(pyodide, file)), library];
  const sizes = paths.map((path) => [path.slice(dirname(path).length + 1), statSync(path).size]);
  return {
    __PYTHON_RUNTIME__: JSON.stringify(serving ? '/node_modules/pyodide/' : `./${RUNTIME}/`),
    __PYTHON_LIBRARY__: JSON.stringify(serving ? LIBRARY : COMPILED),
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
    mkdirSync(to, { recursive: true });
    mkdirSync(KEPT, { recursive: true });
    const compress = { '.br': compressBrotli, '.gz': compressGzip };
    // A zip file is compressed as it is.
    await cp(await compiled(), join(to, COMPILED));
    await Promise.all(
      FILES.flatMap((file) => [
        cp(join(pyodide, file), join(to, file)),
        ...Object.entries(compress).map(async ([suffix, work]) => {
          const small = join(KEPT, file + suffix);
          if (!existsSync(small)) await written(small, await work(readFileSync(join(pyodide, file))));
          await cp(small, join(to, file + suffix));
        }),
      ]),
    );
  },
});

/** Whole or not at all. */
async function written(path: string, content: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

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
