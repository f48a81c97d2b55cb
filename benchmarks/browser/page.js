// Runs the contenders in turn, many short rounds, so that whatever else the machine does hits all of them alike.

/** The emitted gradient and update as one step; all parameters are views of one flat array. */
function emitted(module, widths, n, X, T, theta, lr) {
  const g = new Float64Array(theta.length);
  const arrays = { X, T };
  const dims = { n, d: widths[0], k: widths.at(-1) };
  let at = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    for (const [name, size] of [['W', widths[layer - 1] * widths[layer]], ['b', widths[layer]]]) {
      arrays[`${name}${layer}`] = theta.subarray(at, at + size);
      arrays[`d${name}${layer}`] = g.subarray(at, at + size);
      at += size;
    }
    dims[`h${layer}`] = widths[layer];
  }
  const gradient = module.gradient.create(dims, arrays);
  const rate = Float64Array.of(lr);
  const update = module.update.create({ p: theta.length }, { theta, g, lr: rate, theta_next: theta });
  return () => {
    gradient.run(0, n);
    update.run();
  };
}

/** The same numbers on every machine: the benchmark's data and starts (xorshift32). */
function uniforms(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

function problem(widths, n) {
  const draw = uniforms(7);
  const X = Float64Array.from({ length: 2 * n }, () => 4 * draw() - 2);
  const inside = (r) => (X[2 * r] ** 2 + X[2 * r + 1] ** 2 < 2 ? 1 : 0);
  const T = Float64Array.from({ length: 2 * n }, (_, i) => (inside(i >> 1) === i % 2 ? 1 : 0));
  const start = [];
  for (let layer = 1; layer < widths.length; layer++) {
    const reach = Math.sqrt(6 / (widths[layer - 1] + widths[layer]));
    for (let i = 0; i < widths[layer - 1] * widths[layer]; i++) start.push(reach * (2 * draw() - 1));
    for (let j = 0; j < widths[layer]; j++) start.push(0);
  }
  return { X, T, start };
}

async function contenders(spec, n) {
  const { X, T, start } = problem(spec.widths, n);
  const hand = await import(`./by_hand_${spec.activation}.js`);
  const makers = spec.widths.length === 3
    ? {
        'hand-written, locals': () => hand.small_straight,
        'hand-written, small loops': hand.makeSmallLoops,
        'ceiling: two at once': () => hand.small_pairs,
      }
    : {
        'hand-written, row loops': hand.makeLargeStraight,
        'hand-written, column loops': hand.makeLargeColumns,
        'ceiling: register tiles': hand.makeLargeTiled,
      };
  const found = Object.entries(makers).map(([name, make]) => {
    const theta = Float64Array.from(start);
    const step = make();
    return { name, theta, run: () => step(n, X, T, theta, spec.rate) };
  });
  for (const [name, file] of Object.entries(spec.emitted)) {
    const theta = Float64Array.from(start);
    const module = await import(`./${file}`);
    found.push({ name, theta, run: emitted(module, spec.widths, n, X, T, theta, spec.rate) });
  }
  return found;
}

/** Epochs per second of each round, after checking that all reach the same weights. */
export async function measure(spec) {
  const all = await contenders(spec, spec.n);
  for (let epoch = 0; epoch < 50; epoch++) for (const c of all) c.run();
  const [first] = all;
  const results = all.map((c) => ({
    name: c.name,
    difference: c.theta.reduce((most, x, i) => Math.max(most, Math.abs(x - first.theta[i])), 0),
    rates: [],
  }));
  // Until the compiler is done with all of them.
  for (const c of all) for (const until = performance.now() + spec.warm; performance.now() < until; ) c.run();
  for (let round = 0; round < spec.rounds; round++) {
    for (const offset of all.keys()) {
      const at = (offset + round) % all.length;
      const begin = performance.now();
      for (let epoch = 0; epoch < spec.epochs; epoch++) all[at].run();
      results[at].rates.push((1000 * spec.epochs) / (performance.now() - begin));
    }
    // Let the page breathe: timers and the collector run between rounds, not within them.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return results;
}

globalThis.measure = measure;
