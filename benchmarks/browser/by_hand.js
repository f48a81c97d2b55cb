// Gradient descent written by hand for one net at a time, as somebody who knows typed arrays would: what the emitted
// kernels run against. All take the same flat parameters (W1, b1, W2, b2 …, row-major), the mean squared error over
// two, and change the parameters in place; each returns the cost before the step.
//
// ACT(z) and SLOPE(a, d) stand for the activation and for d times its slope; the page's writer puts the formula in
// their place, so that nothing is called that the author would have written out.

/** 2-3-2, every value a local. */
export function small_straight(n, X, T, theta, lr) {
  const w00 = theta[0], w01 = theta[1], w02 = theta[2], w10 = theta[3], w11 = theta[4], w12 = theta[5];
  const b0 = theta[6], b1 = theta[7], b2 = theta[8];
  const v00 = theta[9], v01 = theta[10], v10 = theta[11], v11 = theta[12], v20 = theta[13], v21 = theta[14];
  const c0 = theta[15], c1 = theta[16];
  let gw00 = 0, gw01 = 0, gw02 = 0, gw10 = 0, gw11 = 0, gw12 = 0, gb0 = 0, gb1 = 0, gb2 = 0;
  let gv00 = 0, gv01 = 0, gv10 = 0, gv11 = 0, gv20 = 0, gv21 = 0, gc0 = 0, gc1 = 0;
  let total = 0;
  for (let r = 0; r < n; r++) {
    const x0 = X[2 * r], x1 = X[2 * r + 1];
    const z0 = x0 * w00 + x1 * w10 + b0;
    const z1 = x0 * w01 + x1 * w11 + b1;
    const z2 = x0 * w02 + x1 * w12 + b2;
    const a0 = ACT(z0), a1 = ACT(z1), a2 = ACT(z2);
    const y0 = 1 / (1 + Math.exp(-(a0 * v00 + a1 * v10 + a2 * v20 + c0)));
    const y1 = 1 / (1 + Math.exp(-(a0 * v01 + a1 * v11 + a2 * v21 + c1)));
    const e0 = y0 - T[2 * r], e1 = y1 - T[2 * r + 1];
    total += e0 * e0 + e1 * e1;
    const d0 = e0 * y0 * (1 - y0), d1 = e1 * y1 * (1 - y1);
    gc0 += d0;
    gc1 += d1;
    gv00 += a0 * d0;
    gv01 += a0 * d1;
    gv10 += a1 * d0;
    gv11 += a1 * d1;
    gv20 += a2 * d0;
    gv21 += a2 * d1;
    const g0 = d0 * v00 + d1 * v01, g1 = d0 * v10 + d1 * v11, g2 = d0 * v20 + d1 * v21;
    const s0 = SLOPE(a0, g0), s1 = SLOPE(a1, g1), s2 = SLOPE(a2, g2);
    gb0 += s0;
    gb1 += s1;
    gb2 += s2;
    gw00 += x0 * s0;
    gw01 += x0 * s1;
    gw02 += x0 * s2;
    gw10 += x1 * s0;
    gw11 += x1 * s1;
    gw12 += x1 * s2;
  }
  const step = lr / n;
  theta[0] = w00 - step * gw00;
  theta[1] = w01 - step * gw01;
  theta[2] = w02 - step * gw02;
  theta[3] = w10 - step * gw10;
  theta[4] = w11 - step * gw11;
  theta[5] = w12 - step * gw12;
  theta[6] = b0 - step * gb0;
  theta[7] = b1 - step * gb1;
  theta[8] = b2 - step * gb2;
  theta[9] = v00 - step * gv00;
  theta[10] = v01 - step * gv01;
  theta[11] = v10 - step * gv10;
  theta[12] = v11 - step * gv11;
  theta[13] = v20 - step * gv20;
  theta[14] = v21 - step * gv21;
  theta[15] = c0 - step * gc0;
  theta[16] = c1 - step * gc1;
  return total / (2 * n);
}

/** 2-3-2, two points at once, every value a local: a ceiling for what is written by hand. */
export function small_pairs(n, X, T, theta, lr) {
  if (n % 2) throw new RangeError('this one takes two points at a time');
  const w00 = theta[0], w01 = theta[1], w02 = theta[2], w10 = theta[3], w11 = theta[4], w12 = theta[5];
  const b0 = theta[6], b1 = theta[7], b2 = theta[8];
  const v00 = theta[9], v01 = theta[10], v10 = theta[11], v11 = theta[12], v20 = theta[13], v21 = theta[14];
  const c0 = theta[15], c1 = theta[16];
  let gw00 = 0, gw01 = 0, gw02 = 0, gw10 = 0, gw11 = 0, gw12 = 0, gb0 = 0, gb1 = 0, gb2 = 0;
  let gv00 = 0, gv01 = 0, gv10 = 0, gv11 = 0, gv20 = 0, gv21 = 0, gc0 = 0, gc1 = 0;
  let total = 0;
  for (let r = 0; r < n; r += 2) {
    const px0 = X[2 * r], px1 = X[2 * r + 1];
    const qx0 = X[2 * r + 2], qx1 = X[2 * r + 3];
    const pz0 = px0 * w00 + px1 * w10 + b0;
    const qz0 = qx0 * w00 + qx1 * w10 + b0;
    const pz1 = px0 * w01 + px1 * w11 + b1;
    const qz1 = qx0 * w01 + qx1 * w11 + b1;
    const pz2 = px0 * w02 + px1 * w12 + b2;
    const qz2 = qx0 * w02 + qx1 * w12 + b2;
    const pa0 = ACT(pz0), pa1 = ACT(pz1), pa2 = ACT(pz2);
    const qa0 = ACT(qz0), qa1 = ACT(qz1), qa2 = ACT(qz2);
    const py0 = 1 / (1 + Math.exp(-(pa0 * v00 + pa1 * v10 + pa2 * v20 + c0)));
    const qy0 = 1 / (1 + Math.exp(-(qa0 * v00 + qa1 * v10 + qa2 * v20 + c0)));
    const py1 = 1 / (1 + Math.exp(-(pa0 * v01 + pa1 * v11 + pa2 * v21 + c1)));
    const qy1 = 1 / (1 + Math.exp(-(qa0 * v01 + qa1 * v11 + qa2 * v21 + c1)));
    const pe0 = py0 - T[2 * r], pe1 = py1 - T[2 * r + 1];
    const qe0 = qy0 - T[2 * r + 2], qe1 = qy1 - T[2 * r + 3];
    total += pe0 * pe0 + pe1 * pe1 + (qe0 * qe0 + qe1 * qe1);
    const pd0 = pe0 * py0 * (1 - py0), pd1 = pe1 * py1 * (1 - py1);
    const qd0 = qe0 * qy0 * (1 - qy0), qd1 = qe1 * qy1 * (1 - qy1);
    gc0 += pd0 + qd0;
    gc1 += pd1 + qd1;
    gv00 += pa0 * pd0 + qa0 * qd0;
    gv01 += pa0 * pd1 + qa0 * qd1;
    gv10 += pa1 * pd0 + qa1 * qd0;
    gv11 += pa1 * pd1 + qa1 * qd1;
    gv20 += pa2 * pd0 + qa2 * qd0;
    gv21 += pa2 * pd1 + qa2 * qd1;
    const pg0 = pd0 * v00 + pd1 * v01, pg1 = pd0 * v10 + pd1 * v11, pg2 = pd0 * v20 + pd1 * v21;
    const qg0 = qd0 * v00 + qd1 * v01, qg1 = qd0 * v10 + qd1 * v11, qg2 = qd0 * v20 + qd1 * v21;
    const ps0 = SLOPE(pa0, pg0), ps1 = SLOPE(pa1, pg1), ps2 = SLOPE(pa2, pg2);
    const qs0 = SLOPE(qa0, qg0), qs1 = SLOPE(qa1, qg1), qs2 = SLOPE(qa2, qg2);
    gb0 += ps0 + qs0;
    gb1 += ps1 + qs1;
    gb2 += ps2 + qs2;
    gw00 += px0 * ps0 + qx0 * qs0;
    gw01 += px0 * ps1 + qx0 * qs1;
    gw02 += px0 * ps2 + qx0 * qs2;
    gw10 += px1 * ps0 + qx1 * qs0;
    gw11 += px1 * ps1 + qx1 * qs1;
    gw12 += px1 * ps2 + qx1 * qs2;
  }
  const step = lr / n;
  theta[0] = w00 - step * gw00;
  theta[1] = w01 - step * gw01;
  theta[2] = w02 - step * gw02;
  theta[3] = w10 - step * gw10;
  theta[4] = w11 - step * gw11;
  theta[5] = w12 - step * gw12;
  theta[6] = b0 - step * gb0;
  theta[7] = b1 - step * gb1;
  theta[8] = b2 - step * gb2;
  theta[9] = v00 - step * gv00;
  theta[10] = v01 - step * gv01;
  theta[11] = v10 - step * gv10;
  theta[12] = v11 - step * gv11;
  theta[13] = v20 - step * gv20;
  theta[14] = v21 - step * gv21;
  theta[15] = c0 - step * gc0;
  theta[16] = c1 - step * gc1;
  return total / (2 * n);
}

/** 2-3-2 as straight loops over small typed arrays. */
export function makeSmallLoops() {
  const a = new Float64Array(3), d = new Float64Array(2), g = new Float64Array(17);
  return function small_loops(n, X, T, theta, lr) {
    g.fill(0);
    let total = 0;
    for (let r = 0; r < n; r++) {
      const x0 = X[2 * r], x1 = X[2 * r + 1];
      for (let j = 0; j < 3; j++) {
        const z = x0 * theta[j] + x1 * theta[3 + j] + theta[6 + j];
        a[j] = ACT(z);
      }
      for (let k = 0; k < 2; k++) {
        let z = theta[15 + k];
        for (let j = 0; j < 3; j++) z += a[j] * theta[9 + 2 * j + k];
        const y = 1 / (1 + Math.exp(-z));
        const e = y - T[2 * r + k];
        total += e * e;
        d[k] = e * y * (1 - y);
        g[15 + k] += d[k];
      }
      const d0 = d[0], d1 = d[1];
      for (let j = 0; j < 3; j++) {
        const aj = a[j];
        const da = d0 * theta[9 + 2 * j] + d1 * theta[10 + 2 * j];
        g[9 + 2 * j] += aj * d0;
        g[10 + 2 * j] += aj * d1;
        const dz = SLOPE(aj, da);
        g[6 + j] += dz;
        g[j] += x0 * dz;
        g[3 + j] += x1 * dz;
      }
    }
    const step = lr / n;
    for (let i = 0; i < 17; i++) theta[i] -= step * g[i];
    return total / (2 * n);
  };
}

// 2-32-32-2: where each array begins.
const H = 32, B1 = 64, W2 = 96, B2 = 1120, W3 = 1152, B3 = 1216, SIZE = 1218;

/** 2-32-32-2, one example after the other, straight loops along the rows of the matrices. */
export function makeLargeStraight() {
  const a1 = new Float64Array(H), a2 = new Float64Array(H), d1 = new Float64Array(H), d2 = new Float64Array(H);
  const z2 = new Float64Array(H), g = new Float64Array(SIZE);
  return function large_straight(n, X, T, theta, lr) {
    g.fill(0);
    let total = 0;
    for (let r = 0; r < n; r++) {
      const x0 = X[2 * r], x1 = X[2 * r + 1];
      for (let j = 0; j < H; j++) {
        const z = x0 * theta[j] + x1 * theta[H + j] + theta[B1 + j];
        a1[j] = ACT(z);
      }
      for (let j = 0; j < H; j++) z2[j] = theta[B2 + j];
      for (let i = 0; i < H; i++) {
        const a = a1[i], row = W2 + i * H;
        for (let j = 0; j < H; j++) z2[j] += a * theta[row + j];
      }
      let q0 = theta[B3], q1 = theta[B3 + 1];
      for (let j = 0; j < H; j++) {
        const z = z2[j];
        const a = ACT(z);
        a2[j] = a;
        q0 += a * theta[W3 + 2 * j];
        q1 += a * theta[W3 + 2 * j + 1];
      }
      const y0 = 1 / (1 + Math.exp(-q0)), y1 = 1 / (1 + Math.exp(-q1));
      const e0 = y0 - T[2 * r], e1 = y1 - T[2 * r + 1];
      total += e0 * e0 + e1 * e1;
      const s0 = e0 * y0 * (1 - y0), s1 = e1 * y1 * (1 - y1);
      g[B3] += s0;
      g[B3 + 1] += s1;
      for (let j = 0; j < H; j++) {
        const a = a2[j];
        const da = s0 * theta[W3 + 2 * j] + s1 * theta[W3 + 2 * j + 1];
        g[W3 + 2 * j] += a * s0;
        g[W3 + 2 * j + 1] += a * s1;
        const d = SLOPE(a, da);
        d2[j] = d;
        g[B2 + j] += d;
      }
      for (let i = 0; i < H; i++) {
        const a = a1[i], row = W2 + i * H;
        let da = 0;
        for (let j = 0; j < H; j++) {
          da += d2[j] * theta[row + j];
          g[row + j] += a * d2[j];
        }
        d1[i] = SLOPE(a, da);
      }
      for (let j = 0; j < H; j++) {
        const d = d1[j];
        g[B1 + j] += d;
        g[j] += x0 * d;
        g[H + j] += x1 * d;
      }
    }
    const step = lr / n;
    for (let i = 0; i < SIZE; i++) theta[i] -= step * g[i];
    return total / (2 * n);
  };
}

/** The same with each unit's sum kept in a local, down the columns of the matrix. */
export function makeLargeColumns() {
  const a1 = new Float64Array(H), a2 = new Float64Array(H), d1 = new Float64Array(H), d2 = new Float64Array(H);
  const g = new Float64Array(SIZE);
  return function large_columns(n, X, T, theta, lr) {
    g.fill(0);
    let total = 0;
    for (let r = 0; r < n; r++) {
      const x0 = X[2 * r], x1 = X[2 * r + 1];
      for (let j = 0; j < H; j++) {
        const z = x0 * theta[j] + x1 * theta[H + j] + theta[B1 + j];
        a1[j] = ACT(z);
      }
      let q0 = theta[B3], q1 = theta[B3 + 1];
      for (let j = 0; j < H; j++) {
        let z = theta[B2 + j];
        for (let i = 0; i < H; i++) z += a1[i] * theta[W2 + i * H + j];
        const a = ACT(z);
        a2[j] = a;
        q0 += a * theta[W3 + 2 * j];
        q1 += a * theta[W3 + 2 * j + 1];
      }
      const y0 = 1 / (1 + Math.exp(-q0)), y1 = 1 / (1 + Math.exp(-q1));
      const e0 = y0 - T[2 * r], e1 = y1 - T[2 * r + 1];
      total += e0 * e0 + e1 * e1;
      const s0 = e0 * y0 * (1 - y0), s1 = e1 * y1 * (1 - y1);
      g[B3] += s0;
      g[B3 + 1] += s1;
      for (let j = 0; j < H; j++) {
        const a = a2[j];
        const da = s0 * theta[W3 + 2 * j] + s1 * theta[W3 + 2 * j + 1];
        g[W3 + 2 * j] += a * s0;
        g[W3 + 2 * j + 1] += a * s1;
        const d = SLOPE(a, da);
        d2[j] = d;
        g[B2 + j] += d;
      }
      for (let i = 0; i < H; i++) {
        const row = W2 + i * H, a = a1[i];
        let da = 0;
        for (let j = 0; j < H; j++) da += d2[j] * theta[row + j];
        for (let j = 0; j < H; j++) g[row + j] += a * d2[j];
        const d = SLOPE(a, da);
        d1[i] = d;
        g[B1 + i] += d;
        g[i] += x0 * d;
        g[H + i] += x1 * d;
      }
    }
    const step = lr / n;
    for (let i = 0; i < SIZE; i++) theta[i] -= step * g[i];
    return total / (2 * n);
  };
}

/** 2-32-32-2 as fast as we could write it: four examples and two units at once, everything at fixed widths. */
export function makeLargeTiled() {
  const a1 = new Float64Array(4 * H), a2 = new Float64Array(4 * H), d1 = new Float64Array(4 * H), d2 = new Float64Array(4 * H);
  const s = new Float64Array(8), g = new Float64Array(SIZE);
  return function large_tiled(n, X, T, theta, lr) {
    if (n % 4) throw new RangeError('this one takes four examples at a time');
    g.fill(0);
    let total = 0;
    for (let r = 0; r < n; r += 4) {
      const xa0 = X[2 * r], xa1 = X[2 * r + 1], xb0 = X[2 * r + 2], xb1 = X[2 * r + 3];
      const xc0 = X[2 * r + 4], xc1 = X[2 * r + 5], xd0 = X[2 * r + 6], xd1 = X[2 * r + 7];
      for (let j = 0; j < H; j++) {
        const u = theta[j], v = theta[H + j], b = theta[B1 + j];
        const za = xa0 * u + xa1 * v + b, zb = xb0 * u + xb1 * v + b;
        const zc = xc0 * u + xc1 * v + b, zd = xd0 * u + xd1 * v + b;
        a1[4 * j] = ACT(za);
        a1[4 * j + 1] = ACT(zb);
        a1[4 * j + 2] = ACT(zc);
        a1[4 * j + 3] = ACT(zd);
      }
      for (let j = 0; j < H; j += 2) {
        const p = theta[B2 + j], q = theta[B2 + j + 1];
        let ap = p, aq = q, bp = p, bq = q, cp = p, cq = q, dp = p, dq = q;
        for (let i = 0, at = W2 + j; i < 4 * H; i += 4, at += H) {
          const u = theta[at], v = theta[at + 1];
          const a = a1[i], b = a1[i + 1], c = a1[i + 2], d = a1[i + 3];
          ap += a * u;
          aq += a * v;
          bp += b * u;
          bq += b * v;
          cp += c * u;
          cq += c * v;
          dp += d * u;
          dq += d * v;
        }
        a2[4 * j] = ACT(ap);
        a2[4 * j + 1] = ACT(bp);
        a2[4 * j + 2] = ACT(cp);
        a2[4 * j + 3] = ACT(dp);
        a2[4 * j + 4] = ACT(aq);
        a2[4 * j + 5] = ACT(bq);
        a2[4 * j + 6] = ACT(cq);
        a2[4 * j + 7] = ACT(dq);
      }
      for (let e = 0; e < 4; e++) {
        let q0 = theta[B3], q1 = theta[B3 + 1];
        for (let j = 0; j < H; j++) {
          const a = a2[4 * j + e];
          q0 += a * theta[W3 + 2 * j];
          q1 += a * theta[W3 + 2 * j + 1];
        }
        const y0 = 1 / (1 + Math.exp(-q0)), y1 = 1 / (1 + Math.exp(-q1));
        const e0 = y0 - T[2 * (r + e)], e1 = y1 - T[2 * (r + e) + 1];
        total += e0 * e0 + e1 * e1;
        const t0 = e0 * y0 * (1 - y0), t1 = e1 * y1 * (1 - y1);
        g[B3] += t0;
        g[B3 + 1] += t1;
        s[2 * e] = t0;
        s[2 * e + 1] = t1;
      }
      const sa0 = s[0], sa1 = s[1], sb0 = s[2], sb1 = s[3], sc0 = s[4], sc1 = s[5], sd0 = s[6], sd1 = s[7];
      for (let j = 0; j < H; j++) {
        const a = a2[4 * j], b = a2[4 * j + 1], c = a2[4 * j + 2], d = a2[4 * j + 3];
        const u = theta[W3 + 2 * j], v = theta[W3 + 2 * j + 1];
        g[W3 + 2 * j] += a * sa0 + b * sb0 + c * sc0 + d * sd0;
        g[W3 + 2 * j + 1] += a * sa1 + b * sb1 + c * sc1 + d * sd1;
        const ga = sa0 * u + sa1 * v, gb = sb0 * u + sb1 * v, gc = sc0 * u + sc1 * v, gd = sd0 * u + sd1 * v;
        const ha = SLOPE(a, ga), hb = SLOPE(b, gb), hc = SLOPE(c, gc), hd = SLOPE(d, gd);
        d2[4 * j] = ha;
        d2[4 * j + 1] = hb;
        d2[4 * j + 2] = hc;
        d2[4 * j + 3] = hd;
        g[B2 + j] += ha + hb + hc + hd;
      }
      for (let i = 0; i < H; i += 2) {
        const p = W2 + i * H, q = p + H;
        let ap = 0, aq = 0, bp = 0, bq = 0, cp = 0, cq = 0, dp = 0, dq = 0;
        for (let j = 0; j < H; j++) {
          const u = theta[p + j], v = theta[q + j];
          const a = d2[4 * j], b = d2[4 * j + 1], c = d2[4 * j + 2], d = d2[4 * j + 3];
          ap += a * u;
          aq += a * v;
          bp += b * u;
          bq += b * v;
          cp += c * u;
          cq += c * v;
          dp += d * u;
          dq += d * v;
        }
        const ea = a1[4 * i], eb = a1[4 * i + 1], ec = a1[4 * i + 2], ed = a1[4 * i + 3];
        const fa = a1[4 * i + 4], fb = a1[4 * i + 5], fc = a1[4 * i + 6], fd = a1[4 * i + 7];
        d1[4 * i] = SLOPE(ea, ap);
        d1[4 * i + 1] = SLOPE(eb, bp);
        d1[4 * i + 2] = SLOPE(ec, cp);
        d1[4 * i + 3] = SLOPE(ed, dp);
        d1[4 * i + 4] = SLOPE(fa, aq);
        d1[4 * i + 5] = SLOPE(fb, bq);
        d1[4 * i + 6] = SLOPE(fc, cq);
        d1[4 * i + 7] = SLOPE(fd, dq);
        for (let j = 0; j < H; j++) {
          const a = d2[4 * j], b = d2[4 * j + 1], c = d2[4 * j + 2], d = d2[4 * j + 3];
          g[p + j] += ea * a + eb * b + ec * c + ed * d;
          g[q + j] += fa * a + fb * b + fc * c + fd * d;
        }
      }
      for (let j = 0; j < H; j++) {
        const a = d1[4 * j], b = d1[4 * j + 1], c = d1[4 * j + 2], d = d1[4 * j + 3];
        g[B1 + j] += a + b + c + d;
        g[j] += xa0 * a + xb0 * b + xc0 * c + xd0 * d;
        g[H + j] += xa1 * a + xb1 * b + xc1 * c + xd1 * d;
      }
    }
    const step = lr / n;
    for (let i = 0; i < SIZE; i++) theta[i] -= step * g[i];
    return total / (2 * n);
  };
}
