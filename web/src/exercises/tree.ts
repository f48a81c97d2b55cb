/** A formula that somebody typed, as a tree: its value where names have values, its factors, its TeX. */

export type Tree =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'call'; of: string; argument: Tree }
  | { kind: 'sum'; terms: Tree[] }
  | { kind: 'product'; factors: Tree[] }
  | { kind: 'quotient'; over: Tree; under: Tree }
  | { kind: 'power'; base: Tree; exponent: Tree }
  | { kind: 'negative'; of: Tree };

/** The functions people may write. Their slopes are nobody's business here: the truth comes from kernels. */
export const FUNCTIONS: Record<string, (x: number) => number> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sec: (x) => 1 / Math.cos(x),
  csc: (x) => 1 / Math.sin(x),
  cot: (x) => 1 / Math.tan(x),
  sech: (x) => 1 / Math.cosh(x),
  exp: Math.exp,
  ln: Math.log,
  log: Math.log,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  abs: Math.abs,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

export const CONSTANTS: Record<string, number> = { e: Math.E, pi: Math.PI };

/** Whole powers of a negative base, and odd roots written as fractions, are left to Math.pow. */
export function evaluate(tree: Tree, names: Readonly<Record<string, number>>): number {
  const value = (one: Tree): number => evaluate(one, names);
  switch (tree.kind) {
    case 'number':
      return tree.value;
    case 'name':
      return names[tree.name] ?? CONSTANTS[tree.name] ?? NaN;
    case 'call':
      return FUNCTIONS[tree.of]!(value(tree.argument));
    case 'sum':
      return tree.terms.reduce((sum, term) => sum + value(term), 0);
    case 'product':
      return tree.factors.reduce((product, factor) => product * value(factor), 1);
    case 'quotient':
      return value(tree.over) / value(tree.under);
    case 'power':
      return value(tree.base) ** value(tree.exponent);
    case 'negative':
      return -value(tree.of);
  }
}

export function namesOf(tree: Tree): Set<string> {
  switch (tree.kind) {
    case 'number':
      return new Set();
    case 'name':
      return new Set([tree.name]);
    case 'call':
      return namesOf(tree.argument);
    case 'negative':
      return namesOf(tree.of);
    case 'sum':
      return new Set(tree.terms.flatMap((one) => [...namesOf(one)]));
    case 'product':
      return new Set(tree.factors.flatMap((one) => [...namesOf(one)]));
    case 'quotient':
      return new Set([...namesOf(tree.over), ...namesOf(tree.under)]);
    case 'power':
      return new Set([...namesOf(tree.base), ...namesOf(tree.exponent)]);
  }
}

const one: Tree = { kind: 'number', value: 1 };

/** What is multiplied at the top of a formula: a quotient counts as its numerator's factors and one over the rest. */
export function factorsOf(tree: Tree): Tree[] {
  switch (tree.kind) {
    case 'product':
      return tree.factors.flatMap(factorsOf);
    case 'negative':
      return [{ kind: 'number', value: -1 }, ...factorsOf(tree.of)];
    case 'quotient': {
      const under = factorsOf(tree.under).map((factor): Tree => ({
        kind: 'quotient',
        over: one,
        under: factor,
      }));
      const over = factorsOf(tree.over).filter((factor) => !(factor.kind === 'number' && factor.value === 1));
      return [...over, ...under];
    }
    default:
      return [tree];
  }
}

// TeX --------------------------------------------------------------------------------------------------------

const SIGNS = new Set([
  'sin',
  'cos',
  'tan',
  'sinh',
  'cosh',
  'tanh',
  'exp',
  'ln',
  'log',
  'sec',
  'csc',
  'cot',
  'arcsin',
  'arccos',
  'arctan',
]);

/** How the page read a formula, for the one who typed it. */
export function toTex(tree: Tree): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value);
    case 'name':
      return nameTex(tree.name);
    case 'call': {
      const inside = toTex(tree.argument);
      if (tree.of === 'sqrt') return `\\sqrt{${inside}}`;
      if (tree.of === 'cbrt') return `\\sqrt[3]{${inside}}`;
      if (tree.of === 'abs') return `\\left|${inside}\\right|`;
      if (tree.of === 'sigmoid') return `\\sigma\\left(${inside}\\right)`;
      return `${SIGNS.has(tree.of) ? `\\${tree.of}` : `\\operatorname{${tree.of}}`}\\left(${inside}\\right)`;
    }
    case 'sum':
      return tree.terms
        .map((term, i) =>
          i === 0 ? toTex(term) : term.kind === 'negative' ? `- ${tight(term.of)}` : `+ ${toTex(term)}`,
        )
        .join(' ');
    case 'product':
      return tree.factors.map(tight).reduce((left, right) => left + between(right) + right);
    case 'quotient':
      return `\\frac{${toTex(tree.over)}}{${toTex(tree.under)}}`;
    case 'power': {
      const bare =
        tree.base.kind === 'name' ||
        (tree.base.kind === 'number' && tree.base.value >= 0) ||
        tree.base.kind === 'call';
      return `${bare ? `{${toTex(tree.base)}}` : `\\left(${toTex(tree.base)}\\right)`}^{${toTex(tree.exponent)}}`;
    }
    case 'negative':
      return `-${tight(tree.of)}`;
  }
}

/** Digits after digits would run together. */
const between = (right: string): string => (/^[{\d]/.test(right) ? ' \\cdot ' : ' \\, ');

const tight = (tree: Tree): string =>
  tree.kind === 'sum' || tree.kind === 'negative' ? `\\left(${toTex(tree)}\\right)` : toTex(tree);

function nameTex(name: string): string {
  if (name === 'pi') return '\\pi';
  const slope = /^d(\w+)\/d(\w+)$/.exec(name);
  return slope ? `\\frac{d${slope[1]}}{d${slope[2]}}` : name;
}
