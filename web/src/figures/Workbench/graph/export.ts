/** The graph as a picture to keep: the same painter, everything in it. */

import { Culling } from './culling.ts';
import { paint } from './painter.ts';
import { CanvasPen, SvgPen, type Ink } from './pen.ts';
import type { Scene } from './scene.ts';

const MARGIN = 24;
/** Of a PNG's longer side, in pixels. */
const LONGEST = 4096;
/** Places up to which a picture has everything written on them. */
const WRITTEN = 1200;

const everywhere = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

/** How a picture of a size is scaled: larger graphs as they look from farther away. */
function detail(scene: Scene): number {
  const few = scene.folding.items.length <= WRITTEN;
  return few ? 1 : 12 / scene.box.height;
}

export function toSvg(scene: Scene, ink: Ink): string {
  const pen = new SvgPen();
  const shifted = moved(scene);
  paint(pen, shifted, new Culling(shifted), everywhere, detail(scene), ink);
  const { width, height } = scene.size;
  return pen.document(
    width + 2 * MARGIN,
    height + 2 * MARGIN,
    ink('--paper'),
    `${scene.graph.name}: ${scene.graph.level}`,
  );
}

export function toPng(scene: Scene, ink: Ink): Promise<Blob | null> {
  const { width, height } = scene.size;
  const [w, h] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const scale = Math.min(2, LONGEST / Math.max(w, h));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.ceil(w * scale), Math.ceil(h * scale)];
  const context = canvas.getContext('2d')!;
  context.fillStyle = ink('--paper');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.lineCap = context.lineJoin = 'round';
  const shifted = moved(scene);
  paint(
    new CanvasPen(context),
    shifted,
    new Culling(shifted),
    everywhere,
    Math.min(scale, detail(scene)),
    ink,
  );
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

function moved(scene: Scene): Scene {
  const by = (values: Float32Array) => values.map((value) => value + MARGIN);
  const across = by(scene.layout.across);
  const along = by(scene.layout.along);
  const bends = new Map([...scene.layout.bends].map(([link, way]) => [link, by(way)]));
  const layout = { ...scene.layout, across, along, at: by(scene.layout.at), bends };
  const [x, y] = scene.sideways ? [along, across] : [across, along];
  return { ...scene, layout, x, y };
}
