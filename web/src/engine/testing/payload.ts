/** For tests: the real payload, written by this repository's Python as it is asked for, loaded from disk. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Library, type Reader } from '../load.ts';

const ROOT = resolve(process.cwd(), '..');
const SOURCE = join(ROOT, 'src');
/** Inside node_modules, where Node loads modules itself and git looks away. */
const CACHE = join(process.cwd(), 'node_modules/.cache/backsight-payload');
/** One net, what all nets share, or the exercises: Python's standard library is enough for these. */
const WRITE = `
import pathlib, sys
from backsight.guide.payload import write_net, write_shared
from backsight.guide.exercises import write_exercises
from backsight.models.nets import family
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
nets = {net.id: net for net in family()}
if name.startswith('exercises-'): write_exercises(folder)
else: write_net(folder, nets[name]) if name in nets else write_shared(folder)
`;

function digest(): string {
  const hash = createHash('sha256');
  const names = readdirSync(join(SOURCE, 'backsight'), { recursive: true, encoding: 'utf-8' });
  for (const name of names.filter((n) => n.endsWith('.py')).sort()) {
    hash.update(name).update(readFileSync(join(SOURCE, 'backsight', name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The Python of this repository's tests. */
export function python(): string {
  const own = join(ROOT, '.venv/bin/python');
  return process.env.PYTHON ?? (existsSync(own) ? own : 'python3');
}

/** Files are kept for as long as the Python that writes them is the same. */
function folderOf(): string {
  const folder = process.env.BACKSIGHT_PAYLOAD ?? join(CACHE, digest());
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

function ensure(folder: string, path: string): void {
  if (existsSync(path)) return;
  const fresh = mkdtempSync(join(CACHE, 'fresh-'));
  const name = basename(path, extname(path));
  execFileSync(python(), ['-c', WRITE, fresh, name], {
    env: { ...process.env, PYTHONPATH: SOURCE },
    cwd: ROOT,
  });
  // Renamed into place whole: another test file may be reading.
  for (const file of readdirSync(fresh)) renameSync(join(fresh, file), join(folder, file));
  rmSync(fresh, { recursive: true });
}

export function testLibrary(): Library {
  const folder = folderOf();
  const disk: Reader = {
    async json(url) {
      ensure(folder, fileURLToPath(url));
      return JSON.parse(await readFile(fileURLToPath(url), 'utf-8')) as unknown;
    },
    module(url) {
      ensure(folder, fileURLToPath(url));
      return import(/* @vite-ignore */ url);
    },
  };
  return new Library(`${pathToFileURL(folder).href}/`, disk);
}
