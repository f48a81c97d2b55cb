/** A sheet with two axes: between numbers and pixels. */
import { ticks } from '../DataPlot/axes.ts';

export interface Axes {
  across: [number, number];
  up: [number, number];
  xTitle: string;
  yTitle: string;
  /** Marks along an axis, about. */
  xMarks?: number;
  yMarks?: number;
}

export interface Sheet extends Axes {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: (value: number) => number;
  y: (value: number) => number;
  xTicks: number[];
  yTicks: number[];
}

export function sheet(axes: Axes, width: number, height: number, edge: { left: number; top: number }): Sheet {
  const [left, right, top, bottom] = [edge.left, width - 10, edge.top, height - 34];
  const [low, high] = [axes.across, axes.up];
  return {
    ...axes,
    width,
    height,
    left,
    right,
    top,
    bottom,
    x: (value) => left + ((value - low[0]) / (low[1] - low[0])) * (right - left),
    y: (value) => bottom - ((value - high[0]) / (high[1] - high[0])) * (bottom - top),
    xTicks: ticks(axes.across, axes.xMarks ?? 6),
    yTicks: ticks(axes.up, axes.yMarks ?? 4),
  };
}

/** A line through points, kept near the sheet: what runs off it is not drawn out there. */
export function polyline(points: readonly (readonly [number, number])[]): string {
  const near = (value: number): string => Math.min(3000, Math.max(-3000, value)).toFixed(1);
  return points.length ? `M${points.map(([x, y]) => `${near(x)} ${near(y)}`).join('L')}` : '';
}
