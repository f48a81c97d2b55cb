/** A net seen as sheets that fold: its weights, how far through its layers one looks, from where, what is lit. No view. */

import { layout as parametersOf, offsetOf } from '../../engine/net.ts';
import type { Domain, Entry, Place } from '../../engine/types.ts';
import type { EdgeView, NeuronView } from '../Sandbox/lens.svelte.ts';
import { Contour } from './contour.ts';
import type { FoldPoint, FoldSource, Layout } from './net.ts';
import { axesOf, isSolid, Places, type Axes, type Frame, type View } from './place.ts';
import type { Sheet } from './paint.ts';

export interface UnitPlace {
  layer: number;
  unit: number;
}

const DIGITS = '₀₁₂₃₄₅₆₇₈₉';
const low = (number: number): string => [...String(number)].map((digit) => DIGITS[Number(digit)]).join('');
const SYMBOL = { input: 'x', linear: 'w·x', shift: 'z', activation: 'a' } as const;

export class FoldState {
  net: FoldSource = $state.raw()!;
  theta: Float64Array = $state.raw()!;
  /** How far: 0 is the input, every whole number a computed picture; what lies between is drawn. */
  at = $state(0);
  view: View = $state.raw({ turn: 35, tilt: 25 });
  /** The units whose axes are drawn, where a layer has more than three. */
  chosen: Axes = $state.raw([0, 1, 2]);
  lit: UnitPlace | null = $state.raw(null);
  litPoint = $state(false);
  /** Only the data: no folds, no boundary. */
  bare = $state(false);
  /** The learner's own point, whose numbers the graph shows: ringed. */
  probe: readonly [number, number] | null = $state.raw([0, 0]);
  /** Counts runs of the kernel: what is drawn depends on it. */
  version = $state(0);

  readonly points: readonly FoldPoint[] = $derived.by(() => this.net.data.points);
  readonly domain: Domain = $derived.by(() => this.net.data.domain);
  readonly widths = $derived.by(() => this.net.data.widths);
  readonly last = $derived.by(() => this.net.layouts.length - 1);
  readonly shown = $derived.by(() => Math.min(Math.max(this.at, 0), this.last));

  /** By layer, the folds and the run of the kernel that they belong to. */
  private folds = new Map<number, { version: number; lines: Contour[] }>();
  private boundary = new Contour();
  private said = new Uint8Array(0);
  private saidVersion = -1;

  constructor(net: FoldSource, theta: Float64Array) {
    this.use(net, theta);
  }

  /** Another net, or other weights for it. */
  use(net: FoldSource, theta: Float64Array): void {
    this.net = net;
    if (this.probe) net.setProbe(...this.probe);
    this.set(theta);
  }

  /** Moves the learner's own point. */
  setProbe(x1: number, x2: number): void {
    if (this.probe?.[0] === x1 && this.probe[1] === x2) return;
    this.probe = [x1, x2];
    this.net.setProbe(x1, x2);
    this.set(this.theta);
  }

  set(theta: Float64Array): void {
    this.theta = theta;
    this.net.run(theta);
    this.version += 1;
  }

  parameter(entry: Entry): number {
    return this.theta[offsetOf(this.widths, entry)] ?? NaN;
  }

  /** The slope of the data's mean cost, by the kernel. */
  gradient(entry: Entry): number {
    void this.version;
    return this.net.at(`d${entry.variable}`, entry.index);
  }

  change(entry: Entry, value: number): void {
    const next = this.theta.slice();
    const offset = offsetOf(this.widths, entry);
    if (offset < 0 || !Number.isFinite(value)) return;
    next[offset] = value;
    this.set(next);
  }

  light(place: UnitPlace | null): void {
    if (place?.layer !== this.lit?.layer || place?.unit !== this.lit?.unit) this.lit = place;
  }

  // The net as a graph

  readonly neurons: NeuronView[][] = $derived.by(() => {
    void this.version;
    const { layers } = this.net.data.payload;
    const row = this.net.probe;
    return this.widths.map((width, layer) =>
      Array.from({ length: width }, (_, unit) => {
        const names = layer === 0 ? null : layers[layer - 1]!;
        const variable = names?.a ?? 'X';
        const letter = layer === 0 ? 'x' : layer === this.widths.length - 1 ? 'y' : 'a';
        return {
          layer,
          unit,
          variable,
          sum: names?.z ?? null,
          label: letter + (letter === 'y' && width === 1 ? '' : low(unit + 1)),
          value: this.net.at(variable, [row, unit]),
          bias: names ? { variable: names.bias, index: [unit] } : null,
          dead: null,
        };
      }),
    );
  });

  readonly edges: EdgeView[] = $derived.by(() => {
    void this.version;
    return parametersOf(this.widths)
      .filter(({ kind }) => kind === 'weights')
      .flatMap(({ variable, layer, shape: [rows, columns] }) =>
        Array.from({ length: rows! * columns! }, (_, at) => {
          const [from, to] = [Math.floor(at / columns!), at % columns!];
          const entry = { variable, index: [from, to] };
          return { layer, from, to, entry, weight: this.parameter(entry), gradient: this.gradient(entry) };
        }),
      );
  });

  readonly litPlaces: Place[] = $derived.by(() => (this.lit ? [{ kind: 'neuron', ...this.lit }] : []));

  // The net as sheets

  /** The layer whose folds a picture carries: the one being entered, or just left. */
  layerAt(at: number): number {
    const { layouts } = this.net;
    return Math.max(1, layouts[Math.min(this.last, Math.ceil(at))]?.layer ?? 1);
  }

  layoutsAt(at: number): { from: Layout; to: Layout; share: number } {
    const { layouts } = this.net;
    const first = Math.min(Math.floor(at), this.last);
    const from = layouts[first]!;
    const to = layouts[Math.min(first + 1, this.last)]!;
    const share = at - first;
    // Slow at both ends, so that each computed picture is seen to rest.
    return { from, to, share: share * share * (3 - 2 * share) };
  }

  isSolidAt(at: number): boolean {
    const { from, to, share } = this.layoutsAt(at);
    return isSolid(share > 0.5 ? to : from, this.chosen);
  }

  place(places: Places, at: number, frame: Frame): void {
    const { from, to, share } = this.layoutsAt(at);
    places.place(this.net, from, to, share, this.chosen, this.view, frame);
  }

  /** What is drawn on a sheet, besides where; with the folds of `layer`, else of the layer that is looked at. */
  sheet(at: number, small: boolean, layer = this.layerAt(at)): Sheet {
    this.decide();
    const { from, to, share } = this.layoutsAt(at);
    const layout = share > 0.5 ? to : from;
    const axisUnits = axesOf(layout, this.chosen);
    return {
      size: this.net.size,
      flat: (share > 0 ? [from, to] : [from]).every(({ layer, kind }) => layer < 2 && kind !== 'activation'),
      gridRows: this.net.gridRows,
      said: this.said,
      labels: this.points.map(({ label }) => label),
      folds: this.bare ? [] : this.foldsOf(layer),
      older: this.bare || small || layer < 2 || at > 0 ? [] : this.foldsOf(layer - 1),
      boundary: this.bare ? null : this.boundary,
      lit: this.lit?.layer === layer ? this.lit.unit : -1,
      litAxis: layout.layer > 0 && this.lit?.layer === layout.layer ? this.lit.unit : -1,
      ringed: this.bare || !this.probe ? -1 : this.net.probe,
      litPoint: this.litPoint,
      litBoundary: this.lit?.layer === this.widths.length - 1,
      axes: axisUnits.map((unit) => SYMBOL[layout.kind] + low(unit + 1)),
      axisUnits,
      numbers: !small,
      small,
    };
  }

  /** The folds of a layer, once per run of the kernel. */
  private foldsOf(layer: number): Contour[] {
    const { net } = this;
    const known = this.folds.get(layer);
    if (known?.version === this.version) return known.lines;
    const width = this.widths[layer]!;
    const sums = net.array(net.data.payload.layers[layer - 1]!.z);
    const lines = Array.from({ length: width }, (_, unit) => {
      const line = known?.lines[unit] ?? new Contour();
      line.trace(net.size, (vertex) => sums[vertex * width + unit]!);
      return line;
    });
    this.folds.set(layer, { version: this.version, lines });
    return lines;
  }

  /** The axes that are drawn where a layer has more than three: `unit` comes in, who has been there longest goes. */
  choose(unit: number): void {
    if (!this.chosen.includes(unit)) this.chosen = [...this.chosen, unit].slice(-3);
  }

  /** What the net says on the grid, and the boundary: once per run of the kernel. */
  private decide(): void {
    const { net } = this;
    if (this.saidVersion === this.version && this.said.length === net.gridRows) return;
    this.saidVersion = this.version;
    if (this.said.length !== net.gridRows) this.said = new Uint8Array(net.gridRows);
    const { variable, width } = net.decides;
    const sums = net.array(variable);
    for (let row = 0; row < net.gridRows; row++) this.said[row] = leader(sums, row, width);
    // Two classes have one boundary; of more, the first against the best of the others is drawn.
    const lead = (row: number): number => {
      if (width === 1) return sums[row]!;
      let most = -Infinity;
      for (let label = 1; label < width; label++) most = Math.max(most, sums[row * width + label]!);
      return most - sums[row * width]!;
    };
    this.boundary.trace(net.size, lead);
  }
}

/** The class with the largest sum; with one output, whether it is above zero. */
function leader(sums: Float64Array, row: number, width: number): number {
  if (width === 1) return Number(sums[row]! > 0);
  let best = 0;
  for (let label = 1; label < width; label++) {
    if (sums[row * width + label]! > sums[row * width + best]!) best = label;
  }
  return best;
}
