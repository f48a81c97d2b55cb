/** Draws the field's signs on a canvas, and again only those that changed. */

import { resolveColour } from '../../look/theme.svelte.ts';
import { circle } from '../../parts/rough.ts';
import { signPath, type Sign } from './marks.ts';

export interface Cell {
  seed: number;
  sign: Sign;
  /** A remedy saved it. */
  saved: boolean;
  lit: boolean;
}

/** Fill and line of each sign, by the names of tokens. */
const INKS: Record<Sign, { fill?: string; line?: string; width: number }> = {
  learned: { fill: '--good-soft', line: '--good', width: 1.5 },
  evidence: { fill: '--negative', line: '--negative', width: 1.5 },
  proved: { fill: '--ink', line: '--ink', width: 1.5 },
  'still slow': { line: '--accent', width: 2.2 },
  overflow: { line: '--bad', width: 1.5 },
  waiting: { fill: '--paper-raised', line: '--ink-faint', width: 1.2 },
};

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly cell: number;
  private drawn: string[] = [];
  private readonly colours = new Map<string, string>();
  private readonly paths = new Map<string, Path2D>();

  constructor(
    canvas: HTMLCanvasElement,
    private readonly columns: number,
    size: number,
  ) {
    const scale = devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(size * scale);
    this.context = canvas.getContext('2d')!;
    this.context.scale(canvas.width / size, canvas.width / size);
    this.context.lineJoin = this.context.lineCap = 'round';
    this.cell = size / columns;
  }

  /** The colours are others: everything is drawn anew. */
  forget(): void {
    this.colours.clear();
    this.drawn = [];
  }

  paint(cells: readonly Cell[]): void {
    cells.forEach((cell, index) => {
      const look = `${cell.sign} ${cell.saved} ${cell.lit}`;
      if (this.drawn[index] === look) return;
      this.drawn[index] = look;
      this.draw(cell, index);
    });
  }

  private draw({ seed, sign, saved, lit }: Cell, index: number): void {
    const { context, cell } = this;
    const [left, top] = [(index % this.columns) * cell, Math.floor(index / this.columns) * cell];
    context.clearRect(left, top, cell, cell);
    if (lit) {
      context.fillStyle = this.colour('--marker');
      context.fillRect(left, top, cell, cell);
    }
    context.save();
    context.translate(left + cell / 2, top + cell / 2);
    const { fill, line, width } = INKS[sign];
    const path = this.path(signPath(sign, cell * 0.32, seed));
    if (fill) {
      context.fillStyle = this.colour(fill);
      context.fill(path);
    }
    if (line) this.stroke(path, line, width);
    if (saved) {
      const ring = circle(0, 0, cell * 0.41, { seed: seed % 5, roughness: 0.5 }).lines;
      this.stroke(this.path(ring), '--good', 1.6);
    }
    context.restore();
  }

  private stroke(path: Path2D, line: string, width: number): void {
    this.context.strokeStyle = this.colour(line);
    this.context.lineWidth = width;
    this.context.stroke(path);
  }

  private colour(token: string): string {
    let found = this.colours.get(token);
    if (!found) this.colours.set(token, (found = `rgb(${resolveColour(token).join(' ')})`));
    return found;
  }

  private path(data: string): Path2D {
    let found = this.paths.get(data);
    if (!found) this.paths.set(data, (found = new Path2D(data)));
    return found;
  }
}
