/** From a layer's numbers to places on the paper: chosen axes, a turned view, a fit. Drawing only. */

import type { FoldSource, Layout } from './net.ts';

/** How three axes are looked at, in degrees. */
export interface View {
  turn: number;
  tilt: number;
}

/** The middle of a picture and how far it reaches, by axis. */
export interface Fit {
  middle: readonly [number, number, number];
  reach: number;
}

export type Axes = readonly number[];

/** The axes of a layout that are drawn: all up to three; of more, those chosen. */
export const axesOf = ({ width }: Layout, chosen: Axes): Axes =>
  width <= 3 ? [0, 1, 2].slice(0, width) : chosen.filter((axis) => axis < width);

export const isSolid = (layout: Layout, chosen: Axes): boolean => axesOf(layout, chosen).length > 2;

/** Fits the data (not the grid, which reaches further) and the origin. */
export function fitOf(net: FoldSource, layout: Layout, chosen: Axes): Fit {
  const values = net.array(layout.variable);
  const axes = axesOf(layout, chosen);
  const middle: [number, number, number] = [0, 0, 0];
  let reach = 1e-6;
  const first = net.data.points.length ? net.gridRows : 0;
  axes.forEach((axis, place) => {
    let [low, high] = [0, 0];
    for (let row = first; row < net.rows; row++) {
      const value = values[row * layout.width + axis]!;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    // Before the activation the origin stays in the middle, so that a shift is seen as one.
    if (layout.kind === 'activation') middle[place] = (low + high) / 2;
    reach = Math.max(reach, layout.kind === 'activation' ? (high - low) / 2 : Math.max(-low, high));
  });
  // However a solid is turned, it stays within a ball.
  if (axes.length > 2) {
    let far = 1e-12;
    for (let row = first; row < net.rows; row++) {
      far = Math.max(
        far,
        Math.hypot(...axes.map((axis, place) => values[row * layout.width + axis]! - middle[place]!)),
      );
    }
    reach = far;
  }
  return { middle, reach };
}

/** The directions of three axes on the paper for a view: x to the right, y down. */
export function directions({ turn, tilt }: View): [number, number][] {
  const [a, b] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  return [
    [Math.cos(a), Math.sin(a) * Math.sin(b)],
    [0, -Math.cos(b)],
    [-Math.sin(a), Math.cos(a) * Math.sin(b)],
  ];
}

export interface Frame {
  width: number;
  height: number;
}

/** Where the rows stand on the paper, `share` of the way from one layout to the next. */
export class Places {
  at: Float32Array = new Float32Array(0);
  /** The axes on the paper: from the origin, one unit of each. */
  axes: [number, number][] = [];
  origin: [number, number] = [0, 0];
  scale = 1;

  place(
    net: FoldSource,
    from: Layout,
    to: Layout,
    share: number,
    chosen: Axes,
    view: View,
    frame: Frame,
  ): void {
    if (this.at.length !== net.rows * 2) this.at = new Float32Array(net.rows * 2);
    const solid = blend(Number(isSolid(from, chosen)), Number(isSolid(to, chosen)), share);
    const look = directions({ turn: view.turn * solid, tilt: view.tilt * solid });
    const [one, two] = [fitOf(net, from, chosen), fitOf(net, to, chosen)];
    const reach = blend(one.reach, two.reach, share);
    const room = Math.min(frame.width, frame.height) / 2;
    this.scale = (room * blend(0.86, 0.94, solid)) / reach;
    const middle = one.middle.map((m, i) => blend(m, two.middle[i]!, share));
    let [x0, y0] = [frame.width / 2, frame.height / 2];
    look.forEach(([dx, dy], i) => {
      x0 -= middle[i]! * dx * this.scale;
      y0 -= middle[i]! * dy * this.scale;
    });
    this.origin = [x0, y0];
    this.axes = look.map(([dx, dy]) => [dx * this.scale, dy * this.scale]);
    this.rows(net, from, 1 - share, true, axesOf(from, chosen));
    if (share > 0) this.rows(net, to, share, false, axesOf(to, chosen));
  }

  /** Adds a layout's share to every row's place. */
  private rows(net: FoldSource, layout: Layout, share: number, fresh: boolean, axes: Axes): void {
    const { at } = this;
    const values = net.array(layout.variable);
    if (fresh) {
      for (let row = 0; row < net.rows; row++) {
        at[row * 2] = this.origin[0];
        at[row * 2 + 1] = this.origin[1];
      }
    }
    axes.forEach((axis, place) => {
      const [dx, dy] = this.axes[place]!;
      const [sx, sy] = [dx * share, dy * share];
      for (let row = 0, from = axis; row < net.rows; row++, from += layout.width) {
        const value = values[from]!;
        at[row * 2]! += value * sx;
        at[row * 2 + 1]! += value * sy;
      }
    });
  }
}

export const blend = (a: number, b: number, share: number): number => a + (b - a) * share;
