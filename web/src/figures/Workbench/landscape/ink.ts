/** The colours of a landscape, as they are in this theme. */

import { resolveColour, theme } from '../../../look/theme.svelte.ts';
import type { Ink } from './paint.ts';

export function inkNow(): Ink {
  void theme.version;
  const css = (token: string) => `rgb(${resolveColour(token).join(' ')})`;
  return {
    low: resolveColour('--class-4-soft'),
    middle: resolveColour('--paper-raised'),
    high: resolveColour('--negative-soft'),
    line: css('--ink-faint'),
    pencil: css('--pencil'),
    paper: css('--paper-sunk'),
  };
}

/** Makes a canvas as sharp as the screen and empties it; null where it cannot be painted on. */
export function penOf(
  canvas: HTMLCanvasElement | undefined,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const pen = canvas?.getContext('2d') ?? null;
  if (!canvas || !pen) return null;
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== tall) [canvas.width, canvas.height] = [wide, tall];
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}
