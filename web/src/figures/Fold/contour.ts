/** Where a quantity given at the grid's points passes through zero: places on grid edges, to be carried along. */

/** Segments; each end lies on a grid edge from vertex `from` to `to`, a share `along` of the way. */
export class Contour {
  count = 0;
  from = new Int32Array(512);
  to = new Int32Array(512);
  along = new Float32Array(512);
  /** The end of that edge on the side where the quantity is not above zero. */
  below = new Int32Array(512);

  clear(): void {
    this.count = 0;
  }

  private end(from: number, to: number, along: number, below: number): void {
    if (this.count === this.from.length) this.grow();
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.along[this.count] = along;
    this.below[this.count] = below;
    this.count += 1;
  }

  private grow(): void {
    const more = this.count * 2;
    const { from, to, along, below } = this;
    (this.from = new Int32Array(more)).set(from);
    (this.to = new Int32Array(more)).set(to);
    (this.along = new Float32Array(more)).set(along);
    (this.below = new Int32Array(more)).set(below);
  }

  /**
   * Draws between the grid's points; `value(vertex)` was computed. Each triangle has two crossings or none, so
   * that no cell is ambiguous.
   */
  trace(size: number, value: (vertex: number) => number): void {
    this.clear();
    for (let row = 0; row + 1 < size; row++) {
      for (let column = 0; column + 1 < size; column++) {
        const corner = row * size + column;
        const [a, b, c, d] = [corner, corner + 1, corner + size + 1, corner + size];
        const [va, vb, vc, vd] = [value(a), value(b), value(c), value(d)];
        const above = Number(va > 0) + Number(vb > 0) + Number(vc > 0) + Number(vd > 0);
        if (above === 0 || above === 4) continue;
        this.triangle(a, va, b, vb, c, vc);
        this.triangle(a, va, c, vc, d, vd);
      }
    }
  }

  private triangle(a: number, va: number, b: number, vb: number, c: number, vc: number): void {
    const before = this.count;
    this.edge(a, va, b, vb);
    this.edge(b, vb, c, vc);
    this.edge(c, vc, a, va);
    if (this.count - before !== 2) this.count = before;
  }

  private edge(a: number, va: number, b: number, vb: number): void {
    if (va > 0 !== vb > 0 && Number.isFinite(va - vb)) this.end(a, b, va / (va - vb), va > 0 ? b : a);
  }
}
