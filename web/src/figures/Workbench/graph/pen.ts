/** What a painter draws with: the same strokes on a canvas, or as SVG to keep. */

/** Colours as a canvas takes them, by token. */
export type Ink = (token: string) => string;

export interface Style {
  fill?: string | undefined;
  stroke?: string | undefined;
  /** In units of the drawing. */
  width?: number;
  alpha?: number;
  dash?: readonly number[] | undefined;
}

export interface Lettering {
  size: number;
  colour: string;
  align?: 'left' | 'center' | 'right';
  /** Longer text is cut, with an ellipsis. */
  room?: number;
}

/** A line under way. */
export interface Trace {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(a: number, b: number, c: number, d: number, x: number, y: number): void;
  rect(x: number, y: number, width: number, height: number): void;
}

export interface Pen {
  trace(): Trace;
  draw(trace: Trace, style: Style): void;
  /** Path data around the origin, put at (x, y). */
  stamp(data: string, x: number, y: number, style: Style): void;
  /** Its baseline at y. */
  write(text: string, x: number, y: number, lettering: Lettering): void;
}

export const HAND = "'Backsight Hand', 'Segoe Print', 'Comic Neue', cursive";

export class CanvasPen implements Pen {
  private readonly stamps = new Map<string, Path2D>();
  private readonly widths = new Map<string, number>();

  constructor(readonly context: CanvasRenderingContext2D) {}

  trace(): Path2D {
    return new Path2D();
  }

  draw(trace: Trace, style: Style): void {
    this.ink(trace as Path2D, style);
  }

  stamp(data: string, x: number, y: number, style: Style): void {
    let path = this.stamps.get(data);
    if (!path) this.stamps.set(data, (path = new Path2D(data)));
    this.context.translate(x, y);
    this.ink(path, style);
    this.context.translate(-x, -y);
  }

  write(text: string, x: number, y: number, { size, colour, align = 'left', room }: Lettering): void {
    const { context } = this;
    const cut = room === undefined ? text : this.cut(text, size, room); // measuring sets a font, too
    context.font = `${size}px ${HAND}`;
    context.textAlign = align;
    context.fillStyle = colour;
    context.fillText(cut, x, y);
  }

  /** Fonts may come late: what was measured before is forgotten. */
  forget(): void {
    this.widths.clear();
  }

  private cut(text: string, size: number, room: number): string {
    if (this.width(text) * size <= room) return text;
    let length = Math.max(1, Math.floor((text.length * room) / (this.width(text) * size)) - 1);
    while (length > 1 && this.width(`${text.slice(0, length)}…`) * size > room) length -= 1;
    return `${text.slice(0, length)}…`;
  }

  private width(text: string): number {
    let found = this.widths.get(text);
    if (found === undefined) {
      this.context.font = `20px ${HAND}`;
      if (this.widths.size > 4000) this.widths.clear();
      this.widths.set(text, (found = this.context.measureText(text).width / 20));
    }
    return found;
  }

  private ink(path: Path2D, { fill, stroke, width = 1, alpha = 1, dash }: Style): void {
    const { context } = this;
    context.globalAlpha = alpha;
    if (fill) {
      context.fillStyle = fill;
      context.fill(path);
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      if (dash) context.setLineDash(dash as number[]);
      context.stroke(path);
      if (dash) context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }
}

const fixed = (value: number): string => String(Math.round(value * 100) / 100);

class SvgTrace implements Trace {
  data = '';
  moveTo(x: number, y: number): void {
    this.data += `M${fixed(x)} ${fixed(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.data += `L${fixed(x)} ${fixed(y)}`;
  }
  bezierCurveTo(...points: [number, number, number, number, number, number]): void {
    this.data += `C${points.map(fixed).join(' ')}`;
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.data += `M${fixed(x)} ${fixed(y)}h${fixed(width)}v${fixed(height)}h${fixed(-width)}Z`;
  }
}

export class SvgPen implements Pen {
  private readonly parts: string[] = [];

  trace(): SvgTrace {
    return new SvgTrace();
  }

  draw(trace: Trace, style: Style): void {
    const { data } = trace as SvgTrace;
    if (data) this.parts.push(`<path d="${data}"${attributes(style)}/>`);
  }

  stamp(data: string, x: number, y: number, style: Style): void {
    this.parts.push(
      `<path transform="translate(${fixed(x)} ${fixed(y)})" d="${escaped(data)}"${attributes(style)}/>`,
    );
  }

  write(text: string, x: number, y: number, { size, colour, align = 'left', room }: Lettering): void {
    const anchor = { left: 'start', center: 'middle', right: 'end' }[align];
    // Nothing measures text here: our hand is about half as wide as it is tall.
    const most = room === undefined ? text.length : Math.max(2, Math.floor(room / (size * 0.46)));
    const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
    this.parts.push(
      `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}">${escaped(cut)}</text>`,
    );
  }

  /** A file of its own. */
  document(width: number, height: number, paper: string, title: string): string {
    const box = `0 0 ${fixed(width)} ${fixed(height)}`;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${fixed(width)}" height="${fixed(height)}" ` +
      `font-family="${escaped(HAND)}" stroke-linecap="round" stroke-linejoin="round"><title>${escaped(title)}</title>` +
      `<rect width="100%" height="100%" fill="${paper}"/>${this.parts.join('')}</svg>`
    );
  }
}

function attributes({ fill, stroke, width = 1, alpha, dash }: Style): string {
  return (
    ` fill="${fill ?? 'none'}"` +
    (stroke ? ` stroke="${stroke}" stroke-width="${fixed(width)}"` : '') +
    (alpha === undefined || alpha === 1 ? '' : ` opacity="${fixed(alpha)}"`) +
    (dash ? ` stroke-dasharray="${dash.map(fixed).join(' ')}"` : '')
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
