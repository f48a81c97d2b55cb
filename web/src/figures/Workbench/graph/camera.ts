/** Where one looks, and from how far: a point of the drawing at (x, y) is seen at (x, y) · scale + offset. */

export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export const NEAREST = 3;

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Nearer or farther by a factor; the point seen at (x, y) stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number, farthest: number): Camera {
  const scale = Math.min(NEAREST, Math.max(farthest, camera.scale * factor));
  const share = scale / camera.scale;
  return { x: x - (x - camera.x) * share, y: y - (y - camera.y) * share, scale };
}

/** All of a drawing, with a margin; small ones are not blown up. */
export function fitted(drawing: Size, view: Size, margin = 18): Camera {
  const [width, height] = [Math.max(1, drawing.width), Math.max(1, drawing.height)];
  const room = [Math.max(1, view.width - 2 * margin), Math.max(1, view.height - 2 * margin)] as const;
  const scale = Math.min(1.15, room[0] / width, room[1] / height);
  return { x: (view.width - width * scale) / 2, y: (view.height - height * scale) / 2, scale };
}

/** Brings a rectangle of the drawing into view with as little movement as possible. */
export function showing(camera: Camera, x: number, y: number, half: Size, view: Size): Camera {
  const [sx, sy] = [x * camera.scale + camera.x, y * camera.scale + camera.y];
  const [w, h] = [half.width * camera.scale + 8, half.height * camera.scale + 8];
  const into = (at: number, reach: number, size: number) =>
    reach * 2 > size ? size / 2 - at : Math.max(0, reach - at) - Math.max(0, at + reach - size);
  return panned(camera, into(sx, w, view.width), into(sy, h, view.height));
}
