/** Paints a scene with a pen: from afar dots and bundled lines, nearer plain boxes, near by hand and with numbers. */

import { formatNumber } from '../../../parts/format.ts';
import { frame } from '../../../parts/ink.ts';
import type { Culling, Region } from './culling.ts';
import { paintHulls } from './hulls.ts';
import type { Ink, Pen, Style, Trace } from './pen.ts';
import { placeAt, reading, slopeOf, type Place, type Scene } from './scene.ts';

export type Detail = 'far' | 'middle' | 'near';

/** Which detail boxes of a height (in pixels) can bear. */
export function detailAt(scene: Scene, scale: number): Detail {
  const pixels = scene.box.height * scale;
  return pixels < 11 ? 'far' : pixels < 44 ? 'middle' : 'near';
}

export function paint(
  pen: Pen,
  scene: Scene,
  culling: Culling,
  region: Region,
  scale: number,
  ink: Ink,
): void {
  const detail = detailAt(scene, scale);
  if (detail === 'far') return fromAfar(pen, scene, culling, region, scale, ink);
  const places = culling.places(region);
  paintHulls(pen, culling.hulls, scale, ink);
  const { short, long } = culling.links(region);
  passBy(pen, scene, long, scale, ink);
  paintLinks(pen, scene, short, scale, ink, detail === 'near');
  if (detail === 'near') paintSlopes(pen, scene, short, ink);
  for (const place of places) {
    if (detail === 'near') paintBox(pen, scene, place, ink);
    else plainBox(pen, scene, place, scale, ink);
  }
}

/** What is pointed at: its links in colour, and a ring around it. */
export function paintLit(
  pen: Pen,
  scene: Scene,
  culling: Culling,
  lit: readonly number[],
  focus: number,
  scale: number,
  ink: Ink,
): void {
  const width = Math.max(2.4, 1.6 / scale);
  const [into, out] = [pen.trace(), pen.trace()];
  for (const place of lit.slice(0, 60)) {
    for (const link of culling.linksInto(place)) curve(into, scene, link);
    for (const link of culling.linksOut(place)) curve(out, scene, link);
  }
  pen.draw(into, { stroke: ink('--accent'), width });
  pen.draw(out, { stroke: ink('--negative'), width, dash: [7 / scale, 4 / scale] });
  if (detailAt(scene, scale) === 'near') {
    const links = lit
      .slice(0, 60)
      .flatMap((place) => [...culling.linksInto(place), ...culling.linksOut(place)]);
    paintSlopes(pen, scene, links, ink);
  }
  for (const place of lit) {
    around(pen, scene, place, 4, 'mark', scale, { fill: ink('--marker') });
    if (detailAt(scene, scale) === 'near') paintBox(pen, scene, place, ink, true);
    else plainBox(pen, scene, place, scale, ink);
    around(pen, scene, place, 10, 'lit', scale, { stroke: ink('--accent'), width: Math.max(2, 1.5 / scale) });
  }
  if (focus < 0 || focus >= scene.folding.items.length || lit.includes(focus)) return;
  const dash = [5 / scale, 4 / scale];
  around(pen, scene, focus, 10, 'focus', scale, {
    stroke: ink('--ink'),
    width: Math.max(1.6, 1.2 / scale),
    dash,
  });
}

/** A frame around a place, never too small to see. */
function around(
  pen: Pen,
  scene: Scene,
  at: number,
  more: number,
  seed: string,
  scale: number,
  style: Style,
): void {
  const width = Math.max(2 * scene.halfWidth[at]!, 7 / scale) + more;
  const height = Math.max(2 * scene.halfHeight[at]!, 7 / scale) + more;
  const { lines, fill } = frame(width, height, { seed, radius: 16 });
  pen.stamp(style.fill ? fill : lines, scene.x[at]! - width / 2, scene.y[at]! - height / 2, style);
}

// From afar ----------------------------------------------------------------------------------------------------

/** Width in pixels and strength of a bundle of at least so many links. */
const BUNDLES = [
  { least: 24, width: 2.2, alpha: 0.55 },
  { least: 6, width: 1.4, alpha: 0.5 },
  { least: 2, width: 0.9, alpha: 0.5 },
  { least: 1, width: 0.6, alpha: 0.42 },
];

function fromAfar(pen: Pen, scene: Scene, culling: Culling, region: Region, scale: number, ink: Ink): void {
  const bundles = BUNDLES.map(() => pen.trace());
  for (const { x1, y1, x2, y2, count } of culling.bundles) {
    if (Math.max(x1, x2) < region.left || Math.min(x1, x2) > region.right) continue;
    if (Math.max(y1, y2) < region.top || Math.min(y1, y2) > region.bottom) continue;
    const trace = bundles[BUNDLES.findIndex(({ least }) => count >= least)]!;
    trace.moveTo(x1, y1);
    trace.lineTo(x2, y2);
  }
  BUNDLES.forEach(({ width, alpha }, at) => {
    pen.draw(bundles[at]!, { stroke: ink('--pencil'), width: width / scale, alpha });
  });
  dots(pen, scene, culling.places(region), scale, ink);
}

const DOTS: Record<Tone, string> = {
  positive: '--positive',
  negative: '--negative',
  none: '--ink-faint',
  given: '--class-3',
  result: '--class-1',
};
type Tone = 'positive' | 'negative' | 'none' | 'given' | 'result';

/** Negative numbers are half as tall as positive ones: colour is not the only cue. */
function dots(pen: Pen, scene: Scene, places: readonly number[], scale: number, ink: Ink, size = 0.8): void {
  const { x, y, box } = scene;
  const [w, h] = [Math.max(box.width * size, 1.6 / scale), Math.max(box.height * size, 1.6 / scale)];
  const traces = new Map<Tone, Trace>();
  for (const place of places) {
    const tone = toneOf(scene, place);
    let trace = traces.get(tone);
    if (!trace) traces.set(tone, (trace = pen.trace()));
    const tall = tone === 'negative' ? h * 0.55 : h;
    trace.rect(x[place]! - w / 2, y[place]! - tall / 2, w, tall);
  }
  for (const [tone, trace] of traces)
    pen.draw(trace, { fill: ink(DOTS[tone]), alpha: tone === 'none' ? 0.7 : 1 });
}

function toneOf(scene: Scene, place: number): Tone {
  const { graph, folding, row, numbers } = scene;
  const item = folding.items[place]!;
  const node = item >= 0 ? graph.nodes[item]! : graph.nodes[graph.scopes[-1 - item]!.shows];
  if (node?.kind === 'output') return 'result';
  if (!node?.value) return node?.kind ? 'given' : 'none';
  const all = numbers.value(node.value);
  if (!all || (node.index === undefined && all.length > 1)) return node.kind ? 'given' : 'none';
  const number = all[(node.index ?? 0) + Math.min(row, (node.rows ?? 1) - 1) * (node.stride ?? 0)]!;
  return number < 0 ? 'negative' : number > 0 ? 'positive' : 'none';
}

// Links --------------------------------------------------------------------------------------------------------

/** A link from the far side of its source to the near side of its target; where it bends, it goes straight by. */
function curve(trace: Trace, scene: Scene, link: number): void {
  const { folding, x, y, halfWidth, halfHeight, sideways, box, layout } = scene;
  const [a, b] = [folding.links[link * 2]!, folding.links[link * 2 + 1]!];
  const bends = layout.bends.get(link) ?? [];
  const half = (sideways ? box.width : box.height) / 2;
  let [fromX, fromY] = sideways ? [x[a]! + halfWidth[a]!, y[a]!] : [x[a]!, y[a]! + halfHeight[a]!];
  trace.moveTo(fromX, fromY);
  for (let i = 0; i <= bends.length; i += 2) {
    const isLast = i === bends.length;
    const [along, across] = [bends[i]! - half, bends[i + 1]!];
    const [toX, toY] = isLast
      ? sideways
        ? [x[b]! - halfWidth[b]!, y[b]!]
        : [x[b]!, y[b]! - halfHeight[b]!]
      : sideways
        ? [along, across]
        : [across, along];
    if (sideways) {
      const bend = Math.max(18, Math.abs(toX - fromX) / 2);
      trace.bezierCurveTo(fromX + bend, fromY, toX - bend, toY, toX, toY);
    } else {
      const bend = Math.max(14, Math.abs(toY - fromY) / 2);
      trace.bezierCurveTo(fromX, fromY + bend, toX, toY - bend, toX, toY);
    }
    if (isLast) return;
    [fromX, fromY] = sideways ? [along + 2 * half, across] : [across, along + 2 * half];
    trace.lineTo(fromX, fromY);
  }
}

function tip(trace: Trace, { folding, x, y, halfWidth, halfHeight, sideways }: Scene, link: number): void {
  const b = folding.links[link * 2 + 1]!;
  const [tx, ty] = sideways ? [x[b]! - halfWidth[b]!, y[b]!] : [x[b]!, y[b]! - halfHeight[b]!];
  const back = (side: number): [number, number] => (sideways ? [tx - 8, ty + side] : [tx + side, ty - 8]);
  trace.moveTo(...back(-4.5));
  trace.lineTo(tx - (sideways ? 1 : 0), ty - (sideways ? 0 : 1));
  trace.lineTo(...back(4.5));
}

/** Long links among many: faint, so that the short ones stand out. */
function passBy(pen: Pen, scene: Scene, links: readonly number[], scale: number, ink: Ink): void {
  const few = scene.folding.items.length < 150;
  const trace = pen.trace();
  for (const link of links) curve(trace, scene, link);
  const width = Math.max(few ? 1.3 : 1, 0.6 / scale);
  pen.draw(trace, { stroke: ink(few ? '--ink-faint' : '--pencil'), width, alpha: few ? 0.6 : 0.4 });
}

/** The local slope in the middle of a link: what a change is multiplied by there. */
function paintSlopes(pen: Pen, scene: Scene, links: readonly number[], ink: Ink): void {
  const { folding, x, y, halfWidth, halfHeight, sideways, layout } = scene;
  for (const link of links) {
    const slope = slopeOf(scene, link);
    if (slope === undefined) continue;
    const [a, b] = [folding.links[link * 2]!, folding.links[link * 2 + 1]!];
    const text = `×${formatNumber(slope)}`;
    const bends = layout.bends.get(link);
    // The last bend belongs to this link more than to the others of its source.
    const [along, across] = bends ? bends.slice(-2) : [NaN, NaN];
    const mx = bends
      ? (sideways ? along : across)!
      : (x[a]! + x[b]! + (sideways ? halfWidth[a]! - halfWidth[b]! : 0)) / 2;
    const my = bends
      ? (sideways ? across : along)!
      : (y[a]! + y[b]! + (sideways ? 0 : halfHeight[a]! - halfHeight[b]!)) / 2;
    const behind = pen.trace();
    behind.rect(mx - text.length * 3.6, my - 9, text.length * 7.2, 17);
    pen.draw(behind, { fill: ink('--paper'), alpha: 0.85 });
    pen.write(text, mx, my + 5, { size: 15, colour: ink(signed(slope)), align: 'center' });
  }
}

const WEIGHTS = [
  { most: 0.15, width: 0.9 },
  { most: 0.5, width: 1.8 },
  { most: Infinity, width: 3 },
];

function paintLinks(
  pen: Pen,
  scene: Scene,
  links: readonly number[],
  scale: number,
  ink: Ink,
  tips: boolean,
): void {
  const plain = pen.trace();
  const weighed = new Map<string, { trace: Trace; width: number; negative: boolean }>();
  for (const link of links) {
    const weight = weightOf(scene, link);
    if (weight === undefined) {
      curve(plain, scene, link);
      if (tips) tip(plain, scene, link);
      continue;
    }
    const { width } = WEIGHTS.find(({ most }) => Math.abs(weight.share) <= most)!;
    const negative = weight.number < 0;
    const key = `${negative} ${width}`;
    let batch = weighed.get(key);
    if (!batch) weighed.set(key, (batch = { trace: pen.trace(), width, negative }));
    curve(batch.trace, scene, link);
  }
  const crowd = scene.folding.links.length > 3000 ? 0.6 : 1;
  pen.draw(plain, { stroke: ink('--ink-faint'), width: Math.max(1.3, 0.7 / scale), alpha: 0.8 * crowd });
  for (const { trace, width, negative } of weighed.values()) {
    pen.draw(trace, {
      stroke: ink(negative ? '--negative' : '--positive'),
      width: Math.max(width, 0.6 / scale),
      alpha: 0.75 * crowd,
      dash: negative ? [7, 4] : undefined,
    });
  }
}

/** The weight a link between neurons carries, and its share of the greatest of its array. */
export function weightOf(
  scene: Scene,
  link: number,
): { name: string; entry: number; number: number; share: number } | undefined {
  const [, , name, entry] = scene.graph.links[scene.folding.first[link]!]!;
  if (name === undefined || entry === undefined || scene.folding.times[link] !== 1) return undefined;
  const all = scene.numbers.value(name);
  const number = all?.[entry];
  if (!all || number === undefined) return undefined;
  return { name, entry, number, share: number / (greatest(all) || 1) };
}

const known = new WeakMap<Float64Array, number>();

/** The largest size of a finite entry. */
function greatest(all: Float64Array): number {
  let found = known.get(all);
  if (found === undefined) {
    found = 0;
    for (const number of all)
      if (Math.abs(number) > found && Number.isFinite(number)) found = Math.abs(number);
    known.set(all, found);
  }
  return found;
}

// Boxes --------------------------------------------------------------------------------------------------------

const FILLS: Record<Place['kind'], string> = {
  input: '--class-3-soft',
  constant: '--class-6-soft',
  step: '--paper-raised',
  output: '--class-1-soft',
  scope: '--class-4-soft',
};
const LINES: Record<Place['kind'], string> = {
  input: '--class-3',
  constant: '--class-6',
  step: '--ink-soft',
  output: '--class-1',
  scope: '--class-4',
};

/** Without wobble; its name, and below it the number where both can be read. */
function plainBox(pen: Pen, scene: Scene, at: number, scale: number, ink: Ink): void {
  const place = placeAt(scene, at);
  const [w, h] = [scene.halfWidth[at]!, scene.halfHeight[at]!];
  const [left, top] = [scene.x[at]! - w, scene.y[at]! - h];
  const trace = pen.trace();
  trace.rect(left, top, 2 * w, 2 * h);
  pen.draw(trace, { fill: ink(FILLS[place.kind]), stroke: ink(LINES[place.kind]), width: 1 / scale });
  const { one, all } = reading(scene, place);
  const lines = all && h * scale >= 11 ? 2 : 1;
  const fit = (text: string) => Math.min(13 / scale, (1.7 * h) / lines, (4.1 * w) / text.length);
  const size = fit(place.title);
  if (size * scale < 7) {
    dots(pen, scene, [at], scale, ink, 0.55);
    return;
  }
  const centred = { colour: ink('--ink'), align: 'center' as const };
  pen.write(place.title, scene.x[at]!, scene.y[at]! + size * (lines > 1 ? -0.16 : 0.34), {
    ...centred,
    size,
  });
  if (lines < 2) return;
  if (one !== undefined) {
    const text = formatNumber(one);
    const base = scene.y[at]! + h * 0.72;
    pen.write(text, scene.x[at]!, base, { ...centred, size: fit(text), colour: ink(signed(one)) });
  } else if (all) {
    const room = 2 * w - 12;
    const width = Math.min(room, WIDEST_BAR * Math.min(MOST_BARS, all.length));
    bars(pen, all, left + 6 + (room - width) / 2, scene.y[at]! + h * 0.1, width, h * 0.8, ink);
  }
}

/** As many different hands as one notices. */
const HANDS = 9;

function paintBox(pen: Pen, scene: Scene, at: number, ink: Ink, marked = false): void {
  const place = placeAt(scene, at);
  const [width, height] = [2 * scene.halfWidth[at]!, 2 * scene.halfHeight[at]!];
  const [left, top] = [scene.x[at]! - width / 2, scene.y[at]! - height / 2];
  const radius = place.value ? 12 : 20;
  const { lines, fill } = frame(width, height, { seed: `box ${at % HANDS}`, radius });
  const line = ink(LINES[place.kind]);
  if (place.kind === 'scope') {
    // Something lies behind it.
    pen.stamp(lines, left + 4, top - 5, { stroke: line, width: 1.2, fill: ink('--paper'), alpha: 0.85 });
  }
  pen.stamp(fill, left, top, { fill: marked ? ink('--marker') : ink(FILLS[place.kind]) });
  pen.stamp(lines, left, top, { stroke: line, width: 1.7 });
  if (place.kind === 'output') pen.stamp(lines, left + 3, top + 3, { stroke: line, width: 1 });
  if (!place.value && hasNumbers(scene, place)) {
    stepFigures(pen, scene, place, left, top, width, height, ink);
    return;
  }
  if (!place.value) {
    const size = place.title.length < 5 ? 22 : 18;
    const colour = ink('--ink');
    const room = Math.max(width - 10, 12);
    pen.write(place.title, scene.x[at]!, scene.y[at]! + size * 0.34, { size, colour, align: 'center', room });
    return;
  }
  headline(pen, place, left, top, width, ink);
  if (place.index === null) strips(pen, scene, place, left, top, ink);
  else figures(pen, scene, place, left, top, ink);
}

const hasNumbers = (scene: Scene, place: Place): boolean => reading(scene, place).all !== undefined;

/** A step nobody named: its sign and its number in a line, its adjoint below; arrays as bars. */
function stepFigures(
  pen: Pen,
  scene: Scene,
  place: Place,
  left: number,
  top: number,
  width: number,
  height: number,
  ink: Ink,
): void {
  const [value, adjoint] = [reading(scene, place), reading(scene, place, true)];
  const [right, base] = [left + width - 9, top + height - 9];
  const sign = 14 + 11 * place.title.length;
  pen.write(place.title, left + 9, top + 22, { size: 18, colour: ink('--ink'), room: sign });
  if (adjoint.all)
    pen.write(scene.numbers.symbol(''), left + 9, base, { size: 14, colour: ink('--ink-soft') });
  for (const [{ one, all }, bottom, size] of [
    [value, top + 22, 17],
    [adjoint, base, 15],
  ] as const) {
    if (one !== undefined)
      pen.write(formatNumber(one), right, bottom, { size, colour: ink(signed(one)), align: 'right' });
    else if (all) bars(pen, all, left + sign, bottom - 16, width - sign - 9, 19, ink);
  }
}

function headline(pen: Pen, place: Place, left: number, top: number, width: number, ink: Ink): void {
  const tagged = place.tag ? place.tag.length * 7 + 8 : 0;
  pen.write(place.title, left + 10, top + 23, {
    size: 20,
    colour: ink('--ink'),
    room: width - 18 - tagged,
  });
  if (!place.tag) return;
  pen.write(place.tag, left + width - 9, top + 21, { size: 15, colour: ink('--ink-soft'), align: 'right' });
}

/** The value on one line, its adjoint on the next. */
function figures(pen: Pen, scene: Scene, place: Place, left: number, top: number, ink: Ink): void {
  const { box } = scene;
  const value = reading(scene, place).one;
  const adjoint = reading(scene, place, true).one;
  const right = left + box.width - 10;
  if (value !== undefined) {
    pen.write(formatNumber(value), right, top + box.height - 32, {
      size: 20,
      colour: ink(signed(value)),
      align: 'right',
    });
  }
  if (adjoint === undefined) return;
  const base = top + box.height - 10;
  pen.write(scene.numbers.symbol(place.value), left + 10, base, {
    size: 15,
    colour: ink('--ink-soft'),
    room: box.width - 74,
  });
  pen.write(formatNumber(adjoint), right, base, { size: 17, colour: ink(signed(adjoint)), align: 'right' });
}

const signed = (number: number): string =>
  number < 0 ? '--negative' : number > 0 ? '--positive' : '--ink-soft';

/** Entries as bars: up for positive, down for negative; those of the value above those of its adjoint. */
function strips(pen: Pen, scene: Scene, place: Place, left: number, top: number, ink: Ink): void {
  const { box } = scene;
  const value = reading(scene, place).all;
  const adjoint = reading(scene, place, true).all;
  const each = (box.height - 34) / 2;
  const from = left + 45;
  const width = box.width - 58;
  if (value) bars(pen, value, from, top + 29, width, each, ink);
  if (!adjoint) return;
  pen.write(scene.numbers.symbol(place.value), left + 9, top + box.height - 10, {
    size: 14,
    colour: ink('--ink-soft'),
    room: 36,
  });
  bars(pen, adjoint, from, top + 31 + each, width, each, ink);
}

const MOST_BARS = 32;
const WIDEST_BAR = 12;

function bars(
  pen: Pen,
  all: Float64Array,
  left: number,
  top: number,
  width: number,
  height: number,
  ink: Ink,
): void {
  const count = Math.min(MOST_BARS, all.length);
  const step = Math.min(WIDEST_BAR, width / Math.max(1, count));
  const middle = top + height / 2;
  const scale = (height / 2 - 1) / (greatest(all) || 1);
  const [up, down, line] = [pen.trace(), pen.trace(), pen.trace()];
  line.moveTo(left, middle);
  line.lineTo(left + step * count, middle);
  for (let i = 0; i < count; i += 1) {
    const number = all[i]!;
    if (Number.isNaN(number) || number === 0) continue;
    const size = Math.max(1, Math.min(height / 2, Math.abs(number) * scale));
    (number > 0 ? up : down).rect(
      left + i * step + 0.5,
      number > 0 ? middle - size : middle,
      Math.max(1, step - 1),
      size,
    );
  }
  pen.draw(line, { stroke: ink('--pencil'), width: 1 });
  pen.draw(up, { fill: ink('--positive') });
  pen.draw(down, { fill: ink('--negative') });
  if (count < all.length)
    pen.write('…', left + step * count + 1, middle + 3, { size: 11, colour: ink('--ink-soft') });
}
