/** For tests: other ways to write the same formula, as people do; each changes the tree, never its value. */

import { evaluate, toTex, type Tree } from '../tree.ts';

const num = (value: number): Tree => ({ kind: 'number', value });
const call = (of: string, argument: Tree): Tree => ({ kind: 'call', of, argument });
const product = (...factors: Tree[]): Tree => ({ kind: 'product', factors });
const sum = (...terms: Tree[]): Tree => ({ kind: 'sum', terms });
const over = (a: Tree, b: Tree): Tree => ({ kind: 'quotient', over: a, under: b });
const power = (base: Tree, exponent: Tree): Tree => ({ kind: 'power', base, exponent });
const minus = (of: Tree): Tree => ({ kind: 'negative', of });

/** The tree with a change made at every node, from the leaves up. */
function everywhere(tree: Tree, change: (tree: Tree) => Tree): Tree {
  const inside = (one: Tree): Tree => everywhere(one, change);
  switch (tree.kind) {
    case 'number':
    case 'name':
      return change(tree);
    case 'call':
      return change({ ...tree, argument: inside(tree.argument) });
    case 'negative':
      return change({ ...tree, of: inside(tree.of) });
    case 'sum':
      return change({ ...tree, terms: tree.terms.map(inside) });
    case 'product':
      return change({ ...tree, factors: tree.factors.map(inside) });
    case 'quotient':
      return change({ ...tree, over: inside(tree.over), under: inside(tree.under) });
    case 'power':
      return change({ ...tree, base: inside(tree.base), exponent: inside(tree.exponent) });
  }
}

/** Every sum and product the other way round. */
export const reordered = (tree: Tree): Tree =>
  everywhere(tree, (one) => {
    if (one.kind === 'sum') return { ...one, terms: [...one.terms].reverse() };
    if (one.kind === 'product') return { ...one, factors: [...one.factors].reverse() };
    return one;
  });

const termsOf = (tree: Tree): Tree[] => (tree.kind === 'sum' ? tree.terms.flatMap(termsOf) : [tree]);

/** Products of sums multiplied out, and small powers of sums with them. */
export const expanded = (tree: Tree): Tree =>
  everywhere(tree, (one) => {
    if (one.kind === 'power' && one.base.kind === 'sum' && one.exponent.kind === 'number') {
      const times = one.exponent.value;
      if (Number.isInteger(times) && times > 1 && times < 5)
        return multiplied(Array<Tree>(times).fill(one.base));
    }
    if (one.kind === 'product') return multiplied(one.factors);
    if (one.kind === 'negative' && one.of.kind === 'sum') return sum(...termsOf(one.of).map(minus));
    return one;
  });

function multiplied(factors: Tree[]): Tree {
  const all = factors
    .map(termsOf)
    .reduce<Tree[][]>((sofar, terms) => sofar.flatMap((done) => terms.map((term) => [...done, term])), [[]]);
  const terms = all.map((chosen) =>
    product(...chosen.flatMap((f) => (f.kind === 'product' ? f.factors : [f]))),
  );
  return terms.length === 1 ? terms[0]! : sum(...terms);
}

/** The first term taken out of every sum, and powers, roots and fractions written as powers. */
export const factored = (tree: Tree): Tree =>
  everywhere(tree, (one) => {
    if (one.kind === 'sum') {
      const [first, ...others] = one.terms;
      if (evaluate(first!, {}) === 0) return one;
      return product(first!, sum(num(1), ...others.map((term) => over(term, first!))));
    }
    if (one.kind === 'quotient') return product(one.over, power(one.under, num(-1)));
    if (one.kind === 'call' && one.of === 'sqrt') return power(one.argument, over(num(1), num(2)));
    return one;
  });

/** Other functions with the same values. */
export const otherFunctions = (tree: Tree): Tree =>
  everywhere(tree, (one) => {
    if (one.kind === 'power') {
      if (one.base.kind === 'name' && one.base.name === 'e')
        return over(num(1), call('exp', minus(one.exponent)));
      if (one.exponent.kind === 'number' && one.exponent.value === 2) return product(one.base, one.base);
      return one;
    }
    if (one.kind !== 'call') return one;
    const { argument } = one;
    const quarter = over({ kind: 'name', name: 'pi' }, num(2));
    if (one.of === 'sin') return call('cos', sum(quarter, minus(argument)));
    if (one.of === 'cos') return call('sin', sum(argument, quarter));
    if (one.of === 'tanh') return over(call('sinh', argument), call('cosh', argument));
    if (one.of === 'ln') return minus(call('ln', over(num(1), argument)));
    return one;
  });

const signed = (value: number): Tree => (value < 0 ? minus(num(-value)) : num(value));

/** A number in place of names. */
export const at = (tree: Tree, names: Readonly<Record<string, number>>): Tree =>
  everywhere(tree, (one) => (one.kind === 'name' && one.name in names ? signed(names[one.name]!) : one));

/** The forms of a formula that differ from it and from each other as they are written. */
export function formsOf(tree: Tree): Tree[] {
  const seen = new Set([toTex(tree)]);
  const lone = product(num(2), tree, over(num(1), num(2)));
  const all = [
    reordered(tree),
    expanded(tree),
    factored(tree),
    otherFunctions(tree),
    reordered(factored(otherFunctions(tree))),
    otherFunctions(expanded(tree)),
    sum(product(lone), num(0)),
    minus(minus(tree)),
    sum(over(tree, num(2)), product(over(num(1), num(2)), tree)),
  ];
  return all.filter((form) => {
    const text = toTex(form);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
