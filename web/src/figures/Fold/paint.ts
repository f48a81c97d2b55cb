/** Paints a folded sheet on a canvas: tinted cells, the grid, folds, the boundary, data, axes. */

import type { Contour } from './contour.ts';
import type { Frame, Places } from './place.ts';

export interface Ink {
  grid: string;
  ink: string;
  soft: string;
  paper: string;
  marker: string;
  tints: readonly string[];
  classes: readonly string[];
  units: readonly string[];
}

export interface Sheet {
  size: number;
  /** Every straight line of the grid is straight on the paper. */
  flat: boolean;
  gridRows: number;
  /** Per row: the class that the net says. */
  said: Uint8Array;
  labels: readonly number[];
  /** One fold per unit of the layer that is looked at. */
  folds: readonly Contour[];
  /** The folds of the layer before, faint. */
  older: readonly Contour[];
  boundary: Contour | null;
  /** The unit whose fold is lit; -1 for none. */
  lit: number;
  /** The unit whose axis is lit; -1 for none. */
  litAxis: number;
  /** The row that is ringed; -1 for none. */
  ringed: number;
  litPoint: boolean;
  litBoundary: boolean;
  axes: readonly string[];
  /** Which axis of the layout each of them is. */
  axisUnits: readonly number[];
  /** Folds carry their numbers. */
  numbers: boolean;
  /** A small picture: fewer lines, no names. */
  small: boolean;
}

/** Units are told apart by colour and by number. */
const FOLD_COLOURS = ['--class-3', '--class-5', '--class-4', '--class-6'];
export const unitToken = (unit: number): string => FOLD_COLOURS[unit % FOLD_COLOURS.length]!;

export function paintSheet(
  pen: CanvasRenderingContext2D,
  frame: Frame,
  places: Places,
  sheet: Sheet,
  ink: Ink,
): void {
  pen.clearRect(0, 0, frame.width, frame.height);
  pen.lineJoin = pen.lineCap = 'round';
  cells(pen, places, sheet, ink);
  lines(pen, places, sheet, ink);
  const names = axes(pen, frame, places, sheet, ink);
  pen.strokeStyle = ink.soft;
  pen.lineWidth = 1.6;
  pen.setLineDash([5, 5]);
  sheet.older.forEach((fold) => contour(pen, places, fold));
  pen.setLineDash([]);
  sheet.folds.forEach((fold, unit) => crease(pen, places, fold, unit, sheet, ink));
  if (sheet.boundary) {
    pen.setLineDash([]);
    pen.strokeStyle = sheet.litBoundary ? ink.marker : ink.paper;
    pen.lineWidth = sheet.litBoundary ? 11 : sheet.small ? 3 : 5;
    contour(pen, places, sheet.boundary);
    pen.strokeStyle = ink.ink;
    pen.lineWidth = sheet.small ? 1.4 : 2.4;
    contour(pen, places, sheet.boundary);
  }
  marks(pen, places, sheet, ink);
  if (sheet.small) return;
  const taken = named(pen, names, ink);
  if (sheet.numbers) {
    sheet.folds.forEach((fold, unit) => number(pen, frame, places, fold, unit, ink, taken));
  }
}

/** Whether the corner from `a` to `b` and `d` goes the other way round on the paper than in the grid. */
const isTurned = (at: Float32Array, a: number, b: number, d: number): boolean =>
  (at[b * 2]! - at[a * 2]!) * (at[d * 2 + 1]! - at[a * 2 + 1]!) <
  (at[b * 2 + 1]! - at[a * 2 + 1]!) * (at[d * 2]! - at[a * 2]!);

/** The class that most of four corners have; the first one's, if there is no most. */
function owner(said: Uint8Array, a: number, b: number, c: number, d: number): number {
  const [p, q, r, s] = [said[a]!, said[b]!, said[c]!, said[d]!];
  return p === q || p === r || p === s || (q !== r && q !== s) ? p : q;
}

/**
 * Cells in the colour of their class: one path per class, a row's neighbours in one piece. A fill closes its paths by
 * itself; in a path of many parts, `closePath` takes most of a frame.
 */
function cells(pen: CanvasRenderingContext2D, { at }: Places, sheet: Sheet, ink: Ink): void {
  const { size, said } = sheet;
  const step = sheet.small ? 2 : 1;
  ink.tints.forEach((tint, label) => {
    pen.beginPath();
    for (let row = 0; row + step < size; row += step) {
      const [top, bottom] = [row * size, (row + step) * size];
      let start = -1;
      let turned = false;
      for (let column = 0; column < size; column += step) {
        const [a, d] = [top + column, bottom + column];
        const inside = column + step < size && owner(said, a, a + step, d + step, d) === label;
        // All the same way round, or where the sheet lies over itself its two layers would make a hole.
        const now = inside && isTurned(at, a, a + step, d);
        if (start >= 0 && (!inside || now !== turned)) {
          piece(
            pen,
            at,
            turned ? bottom : top,
            turned ? top : bottom,
            start,
            column,
            sheet.flat ? column - start : step,
          );
          start = -1;
        }
        if (inside && start < 0) [start, turned] = [column, now];
      }
    }
    pen.fillStyle = tint;
    pen.fill();
  });
}

/** Along one row of vertices, and back along the next. */
function piece(
  pen: CanvasRenderingContext2D,
  at: Float32Array,
  there: number,
  back: number,
  start: number,
  end: number,
  step: number,
): void {
  for (let column = start; column <= end; column += step) {
    const vertex = (there + column) * 2;
    if (column === start) pen.moveTo(at[vertex]!, at[vertex + 1]!);
    else pen.lineTo(at[vertex]!, at[vertex + 1]!);
  }
  for (let column = end; column >= start; column -= step) {
    const vertex = (back + column) * 2;
    pen.lineTo(at[vertex]!, at[vertex + 1]!);
  }
}

function lines(pen: CanvasRenderingContext2D, { at }: Places, sheet: Sheet, ink: Ink): void {
  const { size } = sheet;
  const every = sheet.small ? 4 : 2;
  const along = sheet.flat ? size - 1 : sheet.small ? 2 : 1;
  pen.setLineDash([]);
  pen.beginPath();
  for (let line = 0; line < size; line += every) {
    for (let step = 0; step < size; step += along) {
      const vertex = (line * size + step) * 2;
      if (step === 0) pen.moveTo(at[vertex]!, at[vertex + 1]!);
      else pen.lineTo(at[vertex]!, at[vertex + 1]!);
    }
    for (let step = 0; step < size; step += along) {
      const vertex = (step * size + line) * 2;
      if (step === 0) pen.moveTo(at[vertex]!, at[vertex + 1]!);
      else pen.lineTo(at[vertex]!, at[vertex + 1]!);
    }
  }
  pen.strokeStyle = ink.grid;
  pen.lineWidth = sheet.small ? 0.7 : 1;
  pen.stroke();
}

/** An axis's name, and where it stands. */
interface Name {
  text: string;
  x: number;
  y: number;
  colour: string;
  align: CanvasTextAlign;
}

/** Gives back the names, which are written on top of everything. */
function axes(pen: CanvasRenderingContext2D, frame: Frame, places: Places, sheet: Sheet, ink: Ink): Name[] {
  const [x0, y0] = places.origin;
  const names: Name[] = [];
  sheet.axes.forEach((name, place) => {
    const [dx, dy] = places.axes[place]!;
    const unit = sheet.axisUnits[place]!;
    const length = Math.hypot(dx, dy);
    // Seen from its tip, an axis is a point.
    if (length < places.scale * 0.08) return;
    const reach = endOf(frame, x0, y0, dx / length, dy / length, sheet.small ? 3 : 16);
    const [x, y] = [x0 + (dx / length) * reach, y0 + (dy / length) * reach];
    const lit = sheet.litAxis === unit;
    if (lit && !sheet.small) stroke(pen, x0, y0, x, y, ink.marker, 9);
    stroke(pen, x0, y0, x, y, lit ? ink.units[unit]! : ink.soft, lit ? 2.6 : 1.3);
    if (sheet.small) return;
    names.push({
      text: name,
      x: Math.min(x + 5, frame.width - 3),
      y: Math.max(9, Math.min(frame.height - 9, y - (Math.abs(dy) < length / 3 ? 12 : 0))),
      colour: lit ? ink.units[unit]! : ink.ink,
      align: x > frame.width - 26 ? 'right' : 'left',
    });
  });
  return names;
}

/** Gives back the places that are taken. */
function named(pen: CanvasRenderingContext2D, names: readonly Name[], ink: Ink): [number, number][] {
  pen.strokeStyle = ink.paper;
  pen.lineWidth = 5;
  pen.textBaseline = 'middle';
  for (const { text, x, y, colour, align } of names) {
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.strokeText(text, x, y);
    pen.fillText(text, x, y);
  }
  return names.map(({ x, y }) => [x, y]);
}

/** How far a ray may go before it meets the frame, less a margin; a little where it starts outside. */
function endOf(frame: Frame, x: number, y: number, dx: number, dy: number, margin: number): number {
  const across = dx > 0 ? (frame.width - margin - x) / dx : dx < 0 ? (margin - x) / dx : Infinity;
  const down = dy > 0 ? (frame.height - margin - y) / dy : dy < 0 ? (margin - y) / dy : Infinity;
  return Math.max(12, Math.min(across, down));
}

function stroke(
  pen: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  colour: string,
  width: number,
): void {
  pen.setLineDash([]);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function crease(
  pen: CanvasRenderingContext2D,
  places: Places,
  fold: Contour,
  unit: number,
  sheet: Sheet,
  ink: Ink,
): void {
  const lit = sheet.lit === unit;
  if (lit) {
    pen.setLineDash([]);
    pen.strokeStyle = ink.marker;
    pen.lineWidth = sheet.small ? 5 : 11;
    contour(pen, places, fold);
  }
  pen.strokeStyle = ink.units[unit]!;
  pen.lineWidth = (lit ? 1.5 : 1) * (sheet.small ? 1.5 : 2.2);
  contour(pen, places, fold);
  if (!sheet.small) ticks(pen, places, fold);
}

/** Short strokes on the side that is folded down, as fences have on maps. */
function ticks(pen: CanvasRenderingContext2D, { at }: Places, fold: Contour): void {
  pen.lineWidth = 1.3;
  pen.beginPath();
  for (let end = 4; end + 1 < fold.count; end += 14) {
    const [x, y] = spot(at, fold, end);
    const [x2, y2] = spot(at, fold, end + 1);
    const [tx, ty] = [x2 - x, y2 - y];
    const length = Math.hypot(tx, ty);
    const vertex = fold.below[end]! * 2;
    const side = (at[vertex]! - x) * ty - (at[vertex + 1]! - y) * tx;
    if (length < 0.3 || Math.abs(side) < 0.3 * length) continue;
    const reach = (side > 0 ? 7 : -7) / length;
    pen.moveTo(x, y);
    pen.lineTo(x + ty * reach, y - tx * reach);
  }
  pen.stroke();
}

/** A fold's number: as far up on it as it is within the frame and clear of what has a place already. */
function number(
  pen: CanvasRenderingContext2D,
  frame: Frame,
  { at }: Places,
  fold: Contour,
  unit: number,
  ink: Ink,
  taken: [number, number][],
): void {
  let [bx, by, best] = [0, 0, Infinity];
  for (let end = 0; end < fold.count; end++) {
    const [x, y] = spot(at, fold, end);
    if (x < 12 || x > frame.width - 12 || y < 12 || y > frame.height - 12) continue;
    const crowd = taken.filter(([tx, ty]) => Math.hypot(tx - x, ty - y) < 26).length;
    const cost = y - x * 0.2 + crowd * 1000;
    if (cost < best) [bx, by, best] = [x, y, cost];
  }
  if (best === Infinity) return;
  taken.push([bx, by]);
  pen.strokeStyle = ink.units[unit]!;
  pen.beginPath();
  pen.arc(bx, by, 9, 0, 2 * Math.PI);
  pen.fillStyle = ink.paper;
  pen.fill();
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.fillStyle = ink.units[unit]!;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(String(unit + 1), bx, by + 0.5);
}

function spot(at: Float32Array, { from, to, along }: Contour, end: number): [number, number] {
  const [a, b, t] = [from[end]! * 2, to[end]! * 2, along[end]!];
  return [at[a]! + (at[b]! - at[a]!) * t, at[a + 1]! + (at[b + 1]! - at[a + 1]!) * t];
}

function contour(pen: CanvasRenderingContext2D, { at }: Places, { count, from, to, along }: Contour): void {
  pen.lineCap = 'butt';
  pen.beginPath();
  for (let end = 0; end < count; end++) {
    const [a, b, t] = [from[end]! * 2, to[end]! * 2, along[end]!];
    const x = at[a]! + (at[b]! - at[a]!) * t;
    const y = at[a + 1]! + (at[b + 1]! - at[a + 1]!) * t;
    if (end % 2 === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
  pen.stroke();
  pen.lineCap = 'round';
}

/** The data: discs for the first class, diamonds for the second, squares for any other. */
function marks(pen: CanvasRenderingContext2D, { at }: Places, sheet: Sheet, ink: Ink): void {
  const r = sheet.small ? 1.5 : 3.6;
  ink.classes.forEach((colour, label) => {
    const fill = (style: string, size: number): void => {
      pen.beginPath();
      sheet.labels.forEach((own, index) => {
        if (own !== label) return;
        const row = (sheet.gridRows + index) * 2;
        mark(pen, label, at[row]!, at[row + 1]!, size);
      });
      pen.fillStyle = style;
      pen.fill();
    };
    if (!sheet.small) fill(ink.paper, r + 0.8);
    fill(colour, r);
  });
  if (sheet.ringed < 0 || sheet.small) return;
  const row = sheet.ringed * 2;
  pen.beginPath();
  pen.arc(at[row]!, at[row + 1]!, 8, 0, 2 * Math.PI);
  if (sheet.litPoint) {
    pen.strokeStyle = ink.marker;
    pen.lineWidth = 9;
    pen.stroke();
  }
  pen.strokeStyle = ink.paper;
  pen.lineWidth = 5;
  pen.stroke();
  pen.strokeStyle = ink.ink;
  pen.lineWidth = 2.2;
  pen.stroke();
}

function mark(pen: CanvasRenderingContext2D, label: number, x: number, y: number, r: number): void {
  if (label === 0) {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
  } else if (label === 1) {
    pen.moveTo(x, y - r * 1.3);
    pen.lineTo(x + r * 1.3, y);
    pen.lineTo(x, y + r * 1.3);
    pen.lineTo(x - r * 1.3, y);
    pen.lineTo(x, y - r * 1.3);
  } else pen.rect(x - r, y - r, 2 * r, 2 * r);
}
