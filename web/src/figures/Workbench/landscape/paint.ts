/** Paints a landscape on a canvas: bands between contour lines, and the same heights as a hand-drawn mesh. */

import { contours, type ContourMultiPolygon } from 'd3-contour';
import { ticks } from '../../DataPlot/axes.ts';
import type { Grid } from './landscape.svelte.ts';

export type Colour = readonly [number, number, number];

export interface Ink {
  low: Colour;
  middle: Colour;
  high: Colour;
  line: string;
  pencil: string;
  paper: string;
}

/** What is drawn between: heights beyond are cut off, so that a steep rim does not flatten all else. */
export interface Heights {
  low: number;
  high: number;
}

export interface Bands {
  levels: number[];
  shapes: ContourMultiPolygon[];
  /** Each line is so many times as far above the lowest place as the one before; 0: all are as far apart. */
  times: number;
}

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

const LEVELS = 11;
/** Of the numbers, how many at the upper and lower end may be cut off. */
const TAIL = 0.08;
/** Cut off only what lies further out than this many times the rest. */
const FAR = 1.5;

/** Null where nothing finite is left of it. */
export function heightsOf(grid: Grid): Heights | null {
  const finite = grid.value.filter((height, i) => Number.isFinite(height) && grid.same[i]).sort();
  if (finite.length === 0) return null;
  const [least, most] = [finite[0]!, finite[finite.length - 1]!];
  const tail = Math.floor(finite.length * TAIL);
  const [near, far] = [finite[tail]!, finite[finite.length - 1 - tail]!];
  const room = (far - near) * FAR;
  const low = least < near - room ? near - room : least;
  const high = most > far + room ? far + room : most;
  if (high > low) return { low, high };
  const margin = Math.abs(low) / 10 || 1;
  return { low: low - margin, high: high + margin };
}

/** Where most of the ground lies below the first of even lines, lines this many times as high as the one before. */
const TIMES = 3;

/** Between which heights a band of colour lies, and where. */
export function bandsOf(grid: Grid, { low, high }: Heights): Bands {
  const even = ticks([low, high], LEVELS).filter((level) => level > low);
  const isSteep = medianOf(grid) < (even[0] ?? low);
  const levels = isSteep ? powers(high - low).map((above) => low + above) : even;
  const steps = [low, ...levels, high];
  const values = Array.from(grid.value, (height) => stepOf(Number.isNaN(height) ? high : height, steps));
  const shapes = contours()
    .size([grid.s.length, grid.t.length])
    .thresholds(Array.from({ length: levels.length + 1 }, (_, index) => index))(values);
  return { levels, shapes, times: isSteep ? TIMES : 0 };
}

/**
 * How many lines are passed on the way up to a height, and what share of the way to the next. Between two points of the
 * grid many lines may run: they lie evenly there, not all at the lower one.
 */
function stepOf(height: number, steps: readonly number[]): number {
  const last = steps.length - 1;
  if (!(height > steps[0]!)) return 0;
  if (height >= steps[last]!) return last;
  let step = 0;
  while (height >= steps[step + 1]!) step += 1;
  return step + (height - steps[step]!) / (steps[step + 1]! - steps[step]!);
}

function powers(span: number): number[] {
  const found = [span / TIMES];
  while (found.length < LEVELS - 2) found.unshift(found[0]! / TIMES);
  return found;
}

function medianOf(grid: Grid): number {
  const finite = grid.value.filter((height, i) => Number.isFinite(height) && grid.same[i]).sort();
  return finite[Math.floor(finite.length / 2)] ?? NaN;
}

export function paintContour(
  pen: CanvasRenderingContext2D,
  grid: Grid,
  bands: Bands,
  frame: Frame,
  ink: Ink,
): void {
  const [columns, rows] = [grid.s.length, grid.t.length];
  const x = (across: number) => frame.left + ((across - 0.5) / (columns - 1)) * frame.width;
  const y = (up: number) => frame.top + frame.height * (1 - (up - 0.5) / (rows - 1));
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, frame.top, frame.width, frame.height);
  pen.clip();
  bands.shapes.forEach((shape, index) => {
    pen.beginPath();
    for (const polygon of shape.coordinates)
      for (const ring of polygon)
        ring.forEach(([across, up], corner) => {
          if (corner) pen.lineTo(x(across!), y(up!));
          else pen.moveTo(x(across!), y(up!));
        });
    pen.fillStyle = shade(index / Math.max(1, bands.shapes.length - 1), ink);
    pen.fill();
    if (index === 0) return;
    pen.strokeStyle = ink.line;
    pen.lineWidth = index % 2 ? 0.6 : 1.1;
    pen.stroke();
  });
  const [cellX, cellY] = [frame.width / (columns - 1), frame.height / (rows - 1)];
  pen.beginPath();
  for (let i = 0; i < grid.value.length; i++) {
    if (grid.same[i] && !Number.isNaN(grid.value[i])) continue;
    const [column, row] = [i % columns, Math.floor(i / columns)];
    pen.rect(x(column + 0.5) - cellX / 2, y(row + 0.5) - cellY / 2, cellX, cellY);
  }
  pen.fillStyle = ink.paper;
  pen.fill();
  pen.clip();
  hatch(pen, frame, ink);
  pen.restore();
}

function hatch(pen: CanvasRenderingContext2D, { left, top, width, height }: Frame, ink: Ink): void {
  pen.beginPath();
  for (let from = left - height; from < left + width; from += 9) {
    pen.moveTo(from, top + height);
    pen.lineTo(from + height, top);
  }
  pen.strokeStyle = ink.pencil;
  pen.lineWidth = 1.2;
  pen.stroke();
}

/** How a mesh lies before the eye: degrees. */
export interface View {
  turn: number;
  tilt: number;
}

/** From (−1…1, −1…1, 0…1) to the paper. */
export type Projection = (across: number, along: number, up: number) => [number, number];

export function projection({ turn, tilt }: View, width: number, height: number): Projection {
  const [a, b] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const [sin, cos, lean, rise] = [Math.sin(a), Math.cos(a), Math.sin(b), Math.cos(b)];
  const scale = Math.min(width / 2.9, height / 2.6);
  return (across, along, up) => {
    const [right, away] = [across * cos - along * sin, across * sin + along * cos];
    return [width / 2 + right * scale, height / 2 - (away * lean + (up - 0.5) * rise * 1.1) * scale];
  };
}

/** A height as a share of what is shown. */
export const shareOf = (height: number, { low, high }: Heights): number =>
  Math.min(1, Math.max(0, (height - low) / (high - low)));

export function paintSurface(
  pen: CanvasRenderingContext2D,
  grid: Grid,
  heights: Heights,
  view: View,
  size: { width: number; height: number },
  ink: Ink,
): void {
  const place = projection(view, size.width, size.height);
  const [columns, rows] = [grid.s.length, grid.t.length];
  const every = Math.max(1, Math.round((columns - 1) / 30));
  const across = stops(columns, every);
  const along = stops(rows, every);
  const corner = (column: number, row: number): [number, number] =>
    place(
      (2 * column) / (columns - 1) - 1,
      (2 * row) / (rows - 1) - 1,
      shareOf(grid.value[row * columns + column]!, heights),
    );
  const corners = along.map((row) => across.map((column) => corner(column, row)));
  // The far side first.
  const a = (view.turn * Math.PI) / 180;
  const columnsOrder = order(across.length - 1, Math.sin(a) > 0);
  const rowsOrder = order(along.length - 1, Math.cos(a) > 0);
  pen.lineJoin = 'round';
  pen.lineWidth = 1.4;
  pen.strokeStyle = ink.pencil;
  outline(pen, [place(-1, -1, 0), place(1, -1, 0), place(1, 1, 0), place(-1, 1, 0)]);
  pen.stroke();
  pen.lineWidth = 0.8;
  pen.strokeStyle = ink.line;
  for (const j of rowsOrder)
    for (const i of columnsOrder) {
      const at = [
        along[j]! * columns + across[i]!,
        along[j]! * columns + across[i + 1]!,
        along[j + 1]! * columns + across[i + 1]!,
        along[j + 1]! * columns + across[i]!,
      ];
      if (at.some((index) => !grid.same[index] || Number.isNaN(grid.value[index]))) continue;
      const quad = [corners[j]![i]!, corners[j]![i + 1]!, corners[j + 1]![i + 1]!, corners[j + 1]![i]!];
      outline(pen, quad);
      const share = at.reduce((sum, index) => sum + shareOf(grid.value[index]!, heights), 0) / 4;
      pen.fillStyle = shade(Math.round(share * LEVELS) / LEVELS, ink);
      pen.fill();
      pen.stroke();
    }
}

function outline(pen: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[]): void {
  pen.beginPath();
  corners.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function stops(count: number, every: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < count - 1; at += every) found.push(at);
  return [...found, count - 1];
}

function order(count: number, backward: boolean): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return backward ? numbers.reverse() : numbers;
}

/** Valleys in one colour, hills in another. */
export function shade(share: number, { low, middle, high }: Ink): string {
  const [from, to, way] = share < 0.5 ? [low, middle, share * 2] : [middle, high, share * 2 - 1];
  const [r, g, b] = from.map((c, i) => Math.round(c + (to[i]! - c) * way));
  return `rgb(${r} ${g} ${b})`;
}
