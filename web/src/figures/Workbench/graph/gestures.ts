/** A mouse, a finger or two on the picture: what they mean. Positions are in pixels from its corner. */

export interface Meaning {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  hover(x: number, y: number): void;
  tap(x: number, y: number, touch: boolean): void;
  double(x: number, y: number): void;
  leave(): void;
}

interface Finger {
  x: number;
  y: number;
}

/** Less movement than this is a tap. */
const STILL = 5;

export class Gestures {
  private readonly fingers = new Map<number, Finger>();
  private moved = 0;
  private pinched = false;
  private pending: Finger | null = null;
  private waiting = 0;

  constructor(private readonly means: Meaning) {}

  /** Listens to an element; the function that is returned ends that. */
  readonly attach = (element: HTMLElement): (() => void) => {
    const listen = <K extends keyof HTMLElementEventMap>(
      name: K,
      does: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ) => {
      element.addEventListener(name, does, options);
      ends.push(() => element.removeEventListener(name, does, options));
    };
    const ends: (() => void)[] = [() => cancelAnimationFrame(this.waiting)];
    listen('pointerdown', (event) => this.down(event, element));
    listen('pointermove', (event) => this.move(event));
    listen('pointerup', (event) => this.up(event));
    listen('pointercancel', (event) => this.fingers.delete(event.pointerId));
    listen('pointerleave', () => {
      this.pending = null;
      this.means.leave();
    });
    listen('dblclick', (event) => this.means.double(event.offsetX, event.offsetY));
    listen('wheel', (event) => this.wheel(event), { passive: false });
    return () => ends.forEach((end) => end());
  };

  private down(event: PointerEvent, element: HTMLElement): void {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (this.fingers.size === 1) [this.moved, this.pinched] = [0, false];
  }

  private move(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) {
      if (event.pointerType === 'mouse') this.hover({ x: event.offsetX, y: event.offsetY });
      return;
    }
    const [dx, dy] = [event.offsetX - finger.x, event.offsetY - finger.y];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.moved += Math.hypot(dx, dy);
    if (other) {
      const before = Math.hypot(finger.x - other.x, finger.y - other.y) || 1;
      const after = Math.hypot(event.offsetX - other.x, event.offsetY - other.y) || 1;
      this.pinched = true;
      this.means.pan(dx / 2, dy / 2);
      this.means.zoom(after / before, (event.offsetX + other.x) / 2, (event.offsetY + other.y) / 2);
    } else if (this.moved > STILL) this.means.pan(dx, dy);
    [finger.x, finger.y] = [event.offsetX, event.offsetY];
  }

  private up(event: PointerEvent): void {
    if (!this.fingers.delete(event.pointerId) || this.pinched || this.moved > STILL) return;
    this.means.tap(event.offsetX, event.offsetY, event.pointerType !== 'mouse');
  }

  /** At most once per frame. */
  private hover(at: Finger): void {
    this.pending = at;
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = 0;
      if (this.pending) this.means.hover(this.pending.x, this.pending.y);
    });
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.means.zoom(1.0016 ** (-event.deltaY * lines), event.offsetX, event.offsetY);
  }
}
