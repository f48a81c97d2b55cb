/** The URL fragment that restores a start: settings, seed, edited weights, own points, the hash of a file. */

import type { Activation, Output } from './payload.ts';
import {
  ACTIVATIONS,
  BATCHES,
  DATA_SETS,
  DEFAULTS,
  LIMITS,
  OPTIMISERS,
  OUTPUTS,
  SPEEDS,
  STARTS,
  type Choice,
  type DataSet,
  type OptimiserName,
  type Settings,
  type SpeedName,
  type StartName,
} from './settings.ts';

/** A change of one point: `base` is its row in the generated set or the file, -1 for an added point. */
export interface PointEdit {
  base: number;
  x1: number;
  x2: number;
  label: number;
  removed: boolean;
}

export interface LinkState {
  settings: Settings;
  points: PointEdit[];
  /** All parameters, or null for the start of the seed. */
  weights: Float64Array | null;
  /** Number of classes the weights are for. */
  classes: number;
  file: { name: string; hash: string } | null;
}

export interface Decoded {
  state: LinkState;
  /** What was wrong with the fragment, in words; null if nothing. */
  problem: string | null;
}

const VERSION = '1';

export function encodeLink(state: LinkState): string {
  const { settings } = state;
  const query = new URLSearchParams({
    v: VERSION,
    data: settings.data,
    noise: String(settings.noise),
    points: String(settings.points),
    test: String(settings.testShare),
    dataseed: String(settings.dataSeed),
    hidden: settings.hidden.join('.'),
    act: settings.activation,
    out: settings.output,
    rate: String(settings.rate),
    batch: String(settings.batch),
    opt: settings.optimiser,
    start: settings.start,
    std: settings.standardise ? '1' : '0',
    seed: String(settings.seed),
    speed: settings.speed,
  });
  if (state.points.length) query.set('own', packPoints(state.points.slice(0, LIMITS.ownPointsInLink)));
  if (state.weights) {
    query.set('weights', pack(state.weights));
    query.set('classes', String(state.classes));
  }
  if (state.file) {
    query.set('file', state.file.name);
    query.set('sha256', state.file.hash);
  }
  return `#${query}`;
}

export function defaultLink(): LinkState {
  return { settings: { ...DEFAULTS }, points: [], weights: null, classes: 2, file: null };
}

class BadLink extends Error {}

/** Reads a fragment. Never throws: a malformed one gives the default state and says what is wrong with it. */
export function decodeLink(fragment: string): Decoded {
  const text = fragment.replace(/^#/, '');
  if (text === '') return { state: defaultLink(), problem: null };
  try {
    return { state: read(new URLSearchParams(text)), problem: null };
  } catch (thrown) {
    const why = thrown instanceof BadLink ? thrown.message : 'it cannot be read';
    return {
      state: defaultLink(),
      problem: `This link is damaged: ${why}. Here is the usual start instead.`,
    };
  }
}

function read(query: URLSearchParams): LinkState {
  const version = query.get('v');
  if (version === null) throw new BadLink('it names no version');
  if (version !== VERSION)
    throw new BadLink(`it is of version “${clip(version)}”, and this page knows version ${VERSION}`);
  const settings = readSettings(query);
  const classes = integer(query, 'classes', 2, 2, LIMITS.classes);
  const file = readFile(query);
  if (settings.data === 'csv' && !file) throw new BadLink('it speaks of a file but does not name it');
  const packed = query.get('weights');
  const weights = packed === null ? null : unpack(packed, 'weights');
  if (weights && weights.length !== countParameters(settings.hidden, classes)) {
    throw new BadLink('its weights do not fit its layers');
  }
  return {
    settings,
    points: readPoints(query.get('own'), classesOf(settings, classes)),
    weights,
    classes,
    file,
  };
}

function classesOf(settings: Settings, classes: number): number {
  return settings.data === 'csv' ? LIMITS.classes : classes;
}

function countParameters(hidden: readonly number[], classes: number): number {
  const widths = [2, ...hidden, classes];
  return widths.slice(1).reduce((sum, width, i) => sum + (widths[i]! + 1) * width, 0);
}

function readSettings(query: URLSearchParams): Settings {
  return {
    data: choice<DataSet>(query, 'data', DATA_SETS, DEFAULTS.data),
    noise: real(query, 'noise', DEFAULTS.noise, 0, 1),
    points: integer(query, 'points', DEFAULTS.points, LIMITS.points.least, LIMITS.points.most),
    testShare: real(query, 'test', DEFAULTS.testShare, 0, 0.5),
    dataSeed: integer(query, 'dataseed', DEFAULTS.dataSeed, 0, LIMITS.seed),
    hidden: readHidden(query.get('hidden')),
    activation: choice<Activation>(query, 'act', ACTIVATIONS, DEFAULTS.activation),
    output: choice<Output>(query, 'out', OUTPUTS, DEFAULTS.output),
    rate: real(query, 'rate', DEFAULTS.rate, LIMITS.rate.least, LIMITS.rate.most),
    batch: choice<number>(query, 'batch', BATCHES, DEFAULTS.batch, Number),
    optimiser: choice<OptimiserName>(query, 'opt', OPTIMISERS, DEFAULTS.optimiser),
    start: choice<StartName>(query, 'start', STARTS, DEFAULTS.start),
    standardise: query.get('std') === null ? DEFAULTS.standardise : integer(query, 'std', 1, 0, 1) === 1,
    seed: integer(query, 'seed', DEFAULTS.seed, 0, LIMITS.seed),
    speed: choice<SpeedName>(query, 'speed', SPEEDS, DEFAULTS.speed),
  };
}

function readHidden(text: string | null): readonly number[] {
  if (text === null) return DEFAULTS.hidden;
  if (text === '') return [];
  const widths = text.split('.').map((part) => (/^\d$/.test(part) ? Number(part) : NaN));
  const fits = widths.length <= LIMITS.layers && widths.every((width) => width >= 1 && width <= LIMITS.units);
  if (!fits) throw new BadLink(`its layers “${clip(text)}” cannot be built`);
  return widths;
}

function readFile(query: URLSearchParams): LinkState['file'] {
  const name = query.get('file');
  const hash = query.get('sha256');
  if (name === null && hash === null) return null;
  if (!name || name.length > 255 || !/^[0-9a-f]{64}$/.test(hash ?? ''))
    throw new BadLink('the file it speaks of is not named properly');
  return { name, hash: hash! };
}

const NUMBERS_PER_POINT = 4;

/** Base, place and label of each point; a removed point has no place. */
function packPoints(points: readonly PointEdit[]): string {
  const flat = points.flatMap((p) =>
    p.removed ? [p.base, NaN, NaN, p.label] : [p.base, p.x1, p.x2, p.label],
  );
  return pack(Float64Array.from(flat));
}

function readPoints(packed: string | null, classes: number): PointEdit[] {
  if (packed === null) return [];
  const flat = unpack(packed, 'points', true);
  const count = flat.length / NUMBERS_PER_POINT;
  if (!Number.isInteger(count) || count > LIMITS.ownPointsInLink)
    throw new BadLink('its points cannot be read');
  const points: PointEdit[] = [];
  for (let i = 0; i < count; i++) {
    const [base, x1, x2, label] = flat.subarray(i * NUMBERS_PER_POINT) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const removed = Number.isNaN(x1) && Number.isNaN(x2);
    const placed = Math.abs(x1) <= 1e100 && Math.abs(x2) <= 1e100;
    const based = Number.isInteger(base) && base >= -1 && base < LIMITS.rows;
    const labelled = Number.isInteger(label) && label >= 0 && label < classes;
    if (!based || !labelled || !(removed ? base >= 0 : placed))
      throw new BadLink('one of its points cannot be read');
    points.push({ base, x1: removed ? 0 : x1, x2: removed ? 0 : x2, label, removed });
  }
  return points;
}

// ── single values ─────────────────────────────────────────────────────────────────────────────────────────

function choice<T>(
  query: URLSearchParams,
  key: string,
  among: readonly Choice<T>[],
  otherwise: T,
  from: (text: string) => unknown = (text) => text,
): T {
  const text = query.get(key);
  if (text === null) return otherwise;
  const found = among.find((option) => option.value === from(text));
  if (!found) throw new BadLink(`“${clip(text)}” is no ${key} this page knows`);
  return found.value;
}

function real(query: URLSearchParams, key: string, otherwise: number, least: number, most: number): number {
  const text = query.get(key);
  if (text === null) return otherwise;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= least && value <= most))
    throw new BadLink(`its ${key} “${clip(text)}” is not between ${least} and ${most}`);
  return value;
}

function integer(
  query: URLSearchParams,
  key: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const value = real(query, key, otherwise, least, most);
  if (!Number.isInteger(value)) throw new BadLink(`its ${key} is not a whole number`);
  return value;
}

function clip(text: string): string {
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}

// ── numbers as text, all 64 bits of them ──────────────────────────────────────────────────────────────────

function pack(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => view.setFloat64(i * 8, value, true));
  let bytes = '';
  for (let i = 0; i < view.byteLength; i++) bytes += String.fromCharCode(view.getUint8(i));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function unpack(text: string, what: string, allowNaN = false): Float64Array {
  const bad = new BadLink(`its ${what} cannot be read`);
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length > 100_000) throw bad;
  let bytes: string;
  try {
    bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw bad;
  }
  if (bytes.length % 8) throw bad;
  const view = new DataView(new ArrayBuffer(bytes.length));
  for (let i = 0; i < bytes.length; i++) view.setUint8(i, bytes.charCodeAt(i));
  const values = Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
  const good = values.every((value) => Number.isFinite(value) || (allowNaN && Number.isNaN(value)));
  if (!good) throw bad;
  return values;
}
