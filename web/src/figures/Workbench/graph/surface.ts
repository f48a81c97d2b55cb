/**
 * Two canvases over each other: the scene, and above it what is pointed at. The scene is painted when it changes;
 * while somebody pans, what was painted moves and only the strips that come into view are added.
 */

import type { Camera, Size } from './camera.ts';
import { Culling, type Region } from './culling.ts';
import { paint, paintLit } from './painter.ts';
import { CanvasPen, type Ink } from './pen.ts';
import type { Scene } from './scene.ts';

export class Surface {
  private readonly below: CanvasPen;
  private readonly above: CanvasPen;
  private density = 1;
  private view: Size = { width: 0, height: 0 };
  private scene: Scene | null = null;
  private culled: Culling | null = null;
  private camera: Camera = { x: 0, y: 0, scale: 1 };
  private painted: Camera | null = null;
  private lit: readonly number[] = [];
  private focus = -1;
  private waiting = 0;

  constructor(
    scene: HTMLCanvasElement,
    over: HTMLCanvasElement,
    private readonly ink: Ink,
  ) {
    this.below = new CanvasPen(scene.getContext('2d')!);
    this.above = new CanvasPen(over.getContext('2d')!);
  }

  get culling(): Culling | null {
    return this.culled;
  }

  resize(view: Size): void {
    this.density = Math.min(2, window.devicePixelRatio || 1);
    this.view = view;
    for (const { context } of [this.below, this.above]) {
      context.canvas.width = Math.round(view.width * this.density);
      context.canvas.height = Math.round(view.height * this.density);
    }
    this.repaint();
  }

  /** Another drawing, or the same with other numbers (`moved` false: places are where they were). */
  show(scene: Scene, moved: boolean): void {
    if (moved || !this.culled) this.culled = new Culling(scene);
    else this.culled.renumber(scene);
    this.scene = scene;
    this.repaint();
  }

  look(camera: Camera): void {
    this.camera = camera;
    this.request();
  }

  point(lit: readonly number[], focus: number): void {
    [this.lit, this.focus] = [lit, focus];
    this.request();
  }

  /** Paint everything anew: colours or fonts have changed. */
  repaint(): void {
    this.painted = null;
    this.below.forget();
    this.request();
  }

  close(): void {
    cancelAnimationFrame(this.waiting);
  }

  private request(): void {
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  /** The camera, put on whole pixels of the screen: what was painted can then be moved as it is. */
  private settled(): Camera {
    const { x, y, scale } = this.camera;
    const whole = (value: number) => Math.round(value * this.density) / this.density;
    return { x: whole(x), y: whole(y), scale };
  }

  private paint(): void {
    const { scene, culled, view } = this;
    if (!scene || !culled || view.width <= 0) return;
    const camera = this.settled();
    const before = this.painted;
    if (before && before.scale === camera.scale) this.shift(camera.x - before.x, camera.y - before.y, camera);
    else this.part(camera, { left: 0, top: 0, right: view.width, bottom: view.height });
    this.painted = camera;
    const { context } = this.above;
    this.clear(context);
    this.aim(context, camera);
    if (this.lit.length || this.focus >= 0) {
      paintLit(this.above, scene, culled, this.lit, this.focus, camera.scale, this.ink);
    }
  }

  private clear(context: CanvasRenderingContext2D): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }

  private aim(context: CanvasRenderingContext2D, { x, y, scale }: Camera): void {
    const d = this.density;
    context.setTransform(scale * d, 0, 0, scale * d, x * d, y * d);
    context.lineCap = context.lineJoin = 'round';
  }

  private shift(dx: number, dy: number, camera: Camera): void {
    if (dx === 0 && dy === 0) return;
    const { width, height } = this.view;
    if (Math.abs(dx) >= width || Math.abs(dy) >= height) {
      this.part(camera, { left: 0, top: 0, right: width, bottom: height });
      return;
    }
    const { context } = this.below;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = 'copy';
    context.drawImage(context.canvas, Math.round(dx * this.density), Math.round(dy * this.density));
    context.globalCompositeOperation = 'source-over';
    const [top, bottom] = dy > 0 ? [0, dy] : [height + dy, height];
    if (dy !== 0) this.part(camera, { left: 0, top, right: width, bottom });
    const [left, right] = dx > 0 ? [0, dx] : [width + dx, width];
    if (dx !== 0) this.part(camera, { left, top: 0, right, bottom: height });
  }

  /** Paint a rectangle of the screen. */
  private part(camera: Camera, { left, top, right, bottom }: Region): void {
    const { context } = this.below;
    const d = this.density;
    const pixels = [
      Math.floor(left * d),
      Math.floor(top * d),
      Math.ceil(right * d),
      Math.ceil(bottom * d),
    ] as const;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(pixels[0], pixels[1], pixels[2] - pixels[0], pixels[3] - pixels[1]);
    context.clip();
    context.clearRect(pixels[0], pixels[1], pixels[2] - pixels[0], pixels[3] - pixels[1]);
    this.aim(context, camera);
    const { x, y, scale } = camera;
    const region = {
      left: (left - x) / scale,
      top: (top - y) / scale,
      right: (right - x) / scale,
      bottom: (bottom - y) / scale,
    };
    paint(this.below, this.scene!, this.culled!, region, scale, this.ink);
    context.restore();
  }
}
