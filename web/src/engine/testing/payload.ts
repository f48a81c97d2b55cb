/** For tests: the real payload, written by this repository's Python, loaded from disk. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Library, type Reader } from '../load.ts';

const ROOT = resolve(process.cwd(), '..');
const SOURCE = join(ROOT, 'src');
/** Inside node_modules, where Node loads modules itself and git looks away. */
const CACHE = join(process.cwd(), 'node_modules/.cache/backsight-payload');
/** Nets and what they share: these need Python's standard library alone. */
const WRITE = `
import pathlib, sys
from backsight.guide.payload import write_net, write_shared
from backsight.models.nets import family
folder = pathlib.Path(sys.argv[1])
for net in family():
    write_net(folder, net)
write_shared(folder)
`;

function digest(): string {
  const hash = createHash('sha256');
  const names = readdirSync(join(SOURCE, 'backsight'), { recursive: true, encoding: 'utf-8' });
  for (const name of names.filter((n) => n.endsWith('.py')).sort()) {
    hash.update(name).update(readFileSync(join(SOURCE, 'backsight', name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function python(): string {
  const own = join(ROOT, '.venv/bin/python');
  return process.env.PYTHON ?? (existsSync(own) ? own : 'python3');
}

/** The folder of the payload for the present sources; written once, then kept. */
function payloadFolder(): string {
  const folder = join(CACHE, digest());
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'fresh-'));
  execFileSync(python(), ['-c', WRITE, fresh], { env: { ...process.env, PYTHONPATH: SOURCE }, cwd: ROOT });
  writeFileSync(join(fresh, 'package.json'), '{"type":"module"}');
  try {
    renameSync(fresh, folder);
  } catch {
    // Another test file was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

const disk: Reader = {
  json: async (url) => JSON.parse(await readFile(fileURLToPath(url), 'utf-8')) as unknown,
  module: (url) => import(/* @vite-ignore */ url),
};

export function testLibrary(): Library {
  return new Library(`${pathToFileURL(payloadFolder()).href}/`, disk);
}
