"""Routines as JavaScript helper functions: operands, the result to fill, and the sizes the op's record names.

All arrays are row-major Float64Arrays. Whole numbers (places, orders) are kept as doubles. They allocate only
what they need to work on.
"""

from __future__ import annotations

from collections.abc import Mapping

_PLACES = """\
/** Calls `visit(whole, part)` with the place in the whole array of every entry of a part picked by places. */
function eachPlace(places, [batch, before, count, after, ...axes], visit) {
  let size = 1;
  for (const n of axes) size *= n;
  for (let b = 0; b < batch; b++) {
    for (let f = 0; f < before; f++) {
      for (let c = 0; c < count; c++) {
        let place = 0;
        for (let j = 0; j < axes.length; j++) {
          let at = places[j][b * count + c];
          if (at < 0) at += axes[j];
          place = at >= 0 && at < axes[j] ? place * axes[j] + at : NaN;
        }
        const whole = ((b * before + f) * size + place) * after;
        const part = ((b * before + f) * count + c) * after;
        for (let a = 0; a < after; a++) visit(whole + a, part + a);
      }
    }
  }
}"""

_LINES = """\
/** Calls `visit(start, step)` for every line along an axis of an array. */
function eachLine([before, size, after], visit) {
  for (let b = 0; b < before; b++) {
    for (let a = 0; a < after; a++) visit(b * size * after + a, after);
  }
}"""

_ELIMINATE = """\
/** Gaussian elimination with partial pivoting of n rows of `width` numbers, in place: the swaps' sign. */
function eliminate(rows, n, width) {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(rows[i * width + k]) > Math.abs(rows[best * width + k])) best = i;
    }
    if (best !== k) {
      sign = -sign;
      for (let j = 0; j < width; j++) {
        const kept = rows[k * width + j];
        rows[k * width + j] = rows[best * width + j];
        rows[best * width + j] = kept;
      }
    }
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i * width + k] / rows[k * width + k];
      for (let j = k; j < width; j++) rows[i * width + j] -= factor * rows[k * width + j];
    }
  }
  return sign;
}"""

_SOLVE_INTO = """\
/** Solves one system of n equations for `columns` right sides; `right(i, j)` gives them. */
function solveInto(a, from, out, to, n, columns, right) {
  const width = n + columns;
  const rows = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i * width + j] = a[from + i * n + j];
    for (let j = 0; j < columns; j++) rows[i * width + n + j] = right(i, j);
  }
  eliminate(rows, n, width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < columns; j++) {
      let left = rows[i * width + n + j];
      for (let k = i + 1; k < n; k++) left -= rows[i * width + k] * out[to + k * columns + j];
      out[to + i * columns + j] = left / rows[i * width + i];
    }
  }
}"""

_PIVOTS = """\
/** Calls `visit(sign, pivots)` for every matrix of a stack: what elimination leaves on the diagonal. */
function eachPivots(a, [batch, n], visit) {
  const rows = new Float64Array(n * n);
  for (let b = 0; b < batch; b++) {
    rows.set(a.subarray(b * n * n, (b + 1) * n * n));
    const sign = eliminate(rows, n, n);
    visit(b, sign, Array.from({ length: n }, (_, i) => rows[i * n + i]));
  }
}"""

# What a routine's helper calls.
SHARED: Mapping[str, str] = {
    "eachPlace": _PLACES,
    "eachLine": _LINES,
    "eliminate": _ELIMINATE,
    "solveInto": _SOLVE_INTO,
    "eachPivots": _PIVOTS,
}

ROUTINES: Mapping[str, str] = {
    "gather": """\
/** The entries at given places; NaN where there is no such place. */
function gather([x, ...places], out, sizes) {
  eachPlace(places, sizes, (whole, part) => (out[part] = x[whole] ?? NaN));
}""",
    "scatter": """\
/** Zeros, with every entry of the part added at its place. */
function scatter([part, ...places], out, sizes) {
  out.fill(0);
  eachPlace(places, sizes, (whole, at) => {
    if (whole < out.length) out[whole] += part[at];
  });
}""",
    "argsort": """\
/** The order in which the numbers of each line grow: equal ones as they stood, NaN last. */
function argsort([x], out, sizes) {
  eachLine(sizes, (start, step) => {
    const order = Array.from({ length: sizes[1] }, (_, i) => i);
    const last = (v) => (v === v ? 0 : 1);
    order.sort((i, j) => {
      const a = x[start + i * step];
      const b = x[start + j * step];
      return a < b ? -1 : a > b ? 1 : last(a) - last(b);
    });
    order.forEach((place, i) => (out[start + i * step] = place));
  });
}""",
    "sort": """\
/** The numbers of each line in growing order, NaN last. */
function sort([x], out, sizes) {
  argsort([x], out, sizes);
  eachLine(sizes, (start, step) => {
    const found = Array.from({ length: sizes[1] }, (_, i) => x[start + out[start + i * step] * step]);
    found.forEach((value, i) => (out[start + i * step] = value));
  });
}""",
    "searchsorted": """\
/** Before which entry of a sorted array each number belongs; with `right`, behind equal ones. */
function searchsorted([sorted, x], out, [batch, size, count, right]) {
  for (let i = 0; i < batch * count; i++) {
    const first = Math.floor(i / count) * size;
    let low = first;
    let high = first + size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const here = sorted[middle];
      // NaN belongs at the end.
      const less = here < x[i] || (here === here && x[i] !== x[i]);
      const greater = here > x[i] || (here !== here && x[i] === x[i]);
      const before = right ? !greater : less;
      if (before) low = middle + 1;
      else high = middle;
    }
    out[i] = low - first;
  }
}""",
    "cumsum": """\
/** Running sums along each line. */
function cumsum([x], out, sizes) {
  eachLine(sizes, (start, step) => {
    let total = 0;
    for (let i = 0; i < sizes[1]; i++) out[start + i * step] = total += x[start + i * step];
  });
}""",
    "cumprod": """\
/** Running products along each line. */
function cumprod([x], out, sizes) {
  eachLine(sizes, (start, step) => {
    let product = 1;
    for (let i = 0; i < sizes[1]; i++) out[start + i * step] = product *= x[start + i * step];
  });
}""",
    "recurrence": """\
/** Along each line, factor times what there is so far, plus the term. */
function recurrence([factors, terms], out, sizes) {
  eachLine(sizes, (start, step) => {
    for (let i = 0; i < sizes[1]; i++) {
      const at = start + i * step;
      out[at] = i === 0 ? terms[at] : factors[at] * out[at - step] + terms[at];
    }
  });
}""",
    "solve": """\
/** Solves a stack of systems of linear equations. */
function solve([a, b], out, [batch, n, columns]) {
  for (let s = 0; s < batch; s++) {
    const at = s * n * columns;
    solveInto(a, s * n * n, out, at, n, columns, (i, j) => b[at + i * columns + j]);
  }
}""",
    "inv": """\
/** Inverts a stack of matrices. */
function inv([a], out, [batch, n]) {
  for (let s = 0; s < batch; s++) {
    solveInto(a, s * n * n, out, s * n * n, n, n, (i, j) => (i === j ? 1 : 0));
  }
}""",
    "det": """\
/** The determinants of a stack of matrices. */
function det([a], out, sizes) {
  eachPivots(a, sizes, (b, sign, pivots) => {
    out[b] = pivots.includes(0) ? 0 : pivots.reduce((product, p) => product * p, sign);
  });
}""",
    "slogdet_sign": """\
/** The signs of the determinants of a stack of matrices. */
function slogdet_sign([a], out, sizes) {
  eachPivots(a, sizes, (b, sign, pivots) => {
    out[b] = pivots.includes(0) ? 0 : pivots.reduce((product, p) => product * Math.sign(p), sign);
  });
}""",
    "slogdet_log": """\
/** The logarithms of the sizes of the determinants of a stack of matrices. */
function slogdet_log([a], out, sizes) {
  eachPivots(a, sizes, (b, sign, pivots) => {
    out[b] = pivots.includes(0) ? -Infinity : pivots.reduce((sum, p) => sum + Math.log(Math.abs(p)), 0);
  });
}""",
    "cholesky": """\
/** The lower triangular roots of a stack of matrices; NaN where one is not positive definite. */
function cholesky([a], out, [batch, n]) {
  out.fill(0);
  for (let s = 0; s < batch * n * n; s += n * n) {
    for (let j = 0; j < n; j++) {
      for (let i = j; i < n; i++) {
        let left = a[s + i * n + j];
        for (let k = 0; k < j; k++) left -= out[s + i * n + k] * out[s + j * n + k];
        out[s + i * n + j] = i > j ? left / out[s + j * n + j] : left > 0 ? Math.sqrt(left) : NaN;
      }
    }
  }
}""",
}
"""By the operation's name."""
