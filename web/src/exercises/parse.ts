/**
 * Reads a formula as people write it: LaTeX (what MathLive hands over) or plain text such as `3x^2 cos(x^3)`.
 *
 *     sum     = ['-'|'+'] product (('+'|'-') product)*
 *     product = power (('·'|'/')? power)*           juxtaposition multiplies, left to right
 *     power   = atom ('^' exponent)?
 *     atom    = number | name | function argument | '(' sum ')' | \frac{…}{…} | …
 */

import { CONSTANTS, FUNCTIONS, type Tree } from './tree.ts';

/** What cannot be read, said so that it can be mended. */
export class Unreadable extends Error {}

type Token =
  | { kind: 'number'; text: string }
  | { kind: 'word'; text: string }
  | { kind: 'command'; text: string }
  | { kind: 'mark'; text: string };

const SPACES = /^(?:\s|\\[,;:! ]|\\quad|\\qquad|~|\\displaystyle|\\textstyle|\\limits|\\bigm?|&)+/;
const OPENERS = new Set(['(', '[', '{']);
const CLOSER: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
/** Other ways people write the same. */
const SAME: Record<string, string> = {
  cdot: '*',
  times: '*',
  ast: '*',
  div: '/',
  lbrace: '{',
  rbrace: '}',
  lbrack: '[',
  rbrack: ']',
  lparen: '(',
  rparen: ')',
};
const SYNONYMS: Record<string, string> = {
  exponentialE: 'e',
  log: 'ln',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  sigma: 'sigmoid',
  cosec: 'csc',
};

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let rest = source
    .replace(/\\left\s*\\?\|/g, '|')
    .replace(/\\right\s*\\?\|/g, '|')
    .replace(/\\(?:left|right|mleft|mright)\s*/g, '')
    .replace(/\\(?:lvert|rvert|vert)\b/g, '|')
    .replace(/\\(?:mathrm|operatorname|mathit|text|textrm|mathop)\s*\*?\s*\{\s*([A-Za-z]+)\s*\}/g, ' $1 ')
    .replace(/[−–]/g, '-')
    .replace(/[·×∙]/g, '*')
    .replace(/π/g, ' pi ')
    .replace(/√/g, ' sqrt ')
    .replace(/∂/g, 'd')
    .replace(/²/g, '^2')
    .replace(/³/g, '^3')
    .replace(/\*\*/g, '^');
  while (rest) {
    const space = SPACES.exec(rest);
    if (space) {
      rest = rest.slice(space[0].length);
      continue;
    }
    const command = /^\\([A-Za-z]+)/.exec(rest);
    const number = /^(?:\d+(?:\{,\}\d+)?(?:\.\d*)?|\.\d+)/.exec(rest);
    const word = /^[A-Za-z]+'*/.exec(rest);
    if (command) {
      const name = command[1]!;
      if (SAME[name]) found.push({ kind: 'mark', text: SAME[name] });
      else found.push({ kind: 'command', text: name });
      rest = rest.slice(command[0].length);
    } else if (number) {
      found.push({ kind: 'number', text: number[0].replace('{,}', '.') });
      rest = rest.slice(number[0].length);
    } else if (word) {
      found.push(...words(word[0]));
      rest = rest.slice(word[0].length);
    } else {
      const mark = rest[0]!;
      if (!'+-*/^_()[]{}|'.includes(mark)) throw new Unreadable(`“${mark}” has no meaning here.`);
      found.push({ kind: 'mark', text: mark });
      rest = rest.slice(1);
    }
  }
  return found;
}

const KNOWN = [...Object.keys(FUNCTIONS), ...Object.keys(SYNONYMS), 'pi'].sort((a, b) => b.length - a.length);

/** Letters that stand together: functions by their names, everything else a product of single letters. */
function words(text: string): Token[] {
  if (text.includes("'"))
    throw new Unreadable('Write a slope out, or as dy/du: what a prime means here is not known.');
  const found: Token[] = [];
  let rest = text;
  while (rest) {
    const known = KNOWN.find((name) => rest.startsWith(name));
    const slice = known ?? rest[0]!;
    found.push({ kind: 'word', text: slice });
    rest = rest.slice(slice.length);
  }
  return found;
}

export function parse(source: string): Tree {
  if (/\\placeholder/.test(source)) throw new Unreadable('There is a place still to be filled in.');
  const reader = new Reader(tokens(source));
  const tree = reader.sum();
  reader.end();
  return tree;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: Token[]) {
    if (!tokens.length) throw new Unreadable('There is nothing written yet.');
  }

  end(): void {
    const token = this.tokens[this.at];
    if (token) throw new Unreadable(`“${token.text}” stands where nothing should.`);
  }

  sum(): Tree {
    const terms: Tree[] = [];
    let sign = this.sign();
    for (;;) {
      const term = this.product();
      terms.push(sign < 0 ? { kind: 'negative', of: term } : term);
      if (!this.isMark('+') && !this.isMark('-')) break;
      sign = this.sign();
    }
    return terms.length === 1 ? terms[0]! : { kind: 'sum', terms };
  }

  /** Signs in a row count together. */
  private sign(): number {
    let sign = 1;
    while (this.isMark('+') || this.isMark('-')) sign *= this.next().text === '-' ? -1 : 1;
    return sign;
  }

  private product(): Tree {
    let result = this.power();
    for (;;) {
      if (this.isMark('*')) {
        this.at += 1;
        result = times(result, this.signed());
      } else if (this.isMark('/')) {
        this.at += 1;
        const named = slope(result, this.tokens, this.at);
        if (named) this.at += 2;
        result = named ?? { kind: 'quotient', over: result, under: this.signed() };
      } else if (this.startsAtom()) {
        if (this.peek()?.kind === 'number' && result.kind === 'number')
          throw new Unreadable('Two numbers stand side by side: put a sign between them.');
        result = times(result, this.power());
      } else return result;
    }
  }

  private signed(): Tree {
    const sign = this.sign();
    const tree = this.power();
    return sign < 0 ? { kind: 'negative', of: tree } : tree;
  }

  private power(): Tree {
    const base = this.atom();
    if (!this.isMark('^')) return base;
    this.at += 1;
    return { kind: 'power', base, exponent: this.exponent() };
  }

  private exponent(): Tree {
    if (this.isMark('-')) {
      this.at += 1;
      return { kind: 'negative', of: this.exponent() };
    }
    const tree = this.atom();
    if (!this.isMark('^')) return tree;
    this.at += 1;
    return { kind: 'power', base: tree, exponent: this.exponent() };
  }

  private atom(): Tree {
    const token = this.next('Something is missing at the end.');
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'mark') return this.enclosed(token.text);
    if (token.kind === 'command') return this.command(token.text);
    return this.named(token.text);
  }

  private enclosed(mark: string): Tree {
    const closer = mark === '|' ? '|' : CLOSER[mark];
    if (!closer) throw new Unreadable(`“${mark}” stands where a number or a name should.`);
    const inside = this.sum();
    this.expect(closer);
    return mark === '|' ? { kind: 'call', of: 'abs', argument: inside } : inside;
  }

  private command(name: string): Tree {
    if (name === 'frac' || name === 'dfrac' || name === 'tfrac') return this.fraction();
    if (name === 'sqrt') return this.root();
    return this.named(name);
  }

  private fraction(): Tree {
    const leibniz = leibnizAt(this.tokens, this.at);
    if (leibniz) {
      this.at = leibniz.after;
      return { kind: 'name', name: leibniz.name };
    }
    return { kind: 'quotient', over: this.group(), under: this.group() };
  }

  /** What stands in braces; without them one digit or sign, as TeX has it. */
  private group(): Tree {
    const token = this.peek();
    if (token?.kind === 'number' && token.text.length > 1) {
      this.tokens.splice(
        this.at,
        1,
        { kind: 'number', text: token.text[0]! },
        { kind: 'number', text: token.text.slice(1) },
      );
    }
    return this.atom();
  }

  private root(): Tree {
    let degree: Tree | undefined;
    if (this.isMark('[')) {
      this.at += 1;
      degree = this.sum();
      this.expect(']');
    }
    const inside = this.isMark('{') || this.isMark('(') ? this.atom() : this.group();
    if (!degree) return { kind: 'call', of: 'sqrt', argument: inside };
    return {
      kind: 'power',
      base: inside,
      exponent: { kind: 'quotient', over: { kind: 'number', value: 1 }, under: degree },
    };
  }

  private named(text: string): Tree {
    const name = SYNONYMS[text] ?? text;
    if (name === 'sqrt') return this.root();
    if (FUNCTIONS[name]) return this.call(name);
    if (name.length > 1 && CONSTANTS[name] === undefined)
      throw new Unreadable(`“${text}” is no function this page knows.`);
    return { kind: 'name', name };
  }

  private call(name: string): Tree {
    let exponent: Tree | undefined;
    if (this.isMark('^')) {
      this.at += 1;
      exponent = this.exponent();
      // sin⁻¹ is the inverse to some and one over the sine to others: ask.
      if (exponent.kind === 'negative')
        throw new Unreadable(`Write ${name}⁻¹ as arc${name} or as 1/${name}.`);
    }
    const argument = this.argument(name);
    const call: Tree = { kind: 'call', of: name, argument };
    return exponent ? { kind: 'power', base: call, exponent } : call;
  }

  /** In brackets; else what is multiplied right after it: sin 3x, up to the next function. */
  private argument(name: string): Tree {
    const token = this.peek();
    if (token?.kind === 'mark' && OPENERS.has(token.text)) return this.atom();
    if (!this.startsAtom()) throw new Unreadable(`${name} of what? Put it in brackets.`);
    let result = this.power();
    for (;;) {
      const next = this.peek();
      const plain =
        next?.kind === 'number' || (next?.kind === 'word' && !FUNCTIONS[SYNONYMS[next.text] ?? next.text]);
      if (!plain) return result;
      result = times(result, this.power());
    }
  }

  private startsAtom(): boolean {
    const token = this.peek();
    if (!token) return false;
    return token.kind !== 'mark' || OPENERS.has(token.text);
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private next(missing = 'Something is missing.'): Token {
    const token = this.tokens[this.at];
    if (!token) throw new Unreadable(missing);
    this.at += 1;
    return token;
  }

  private isMark(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'mark' && token.text === text;
  }

  private expect(mark: string): void {
    if (!this.isMark(mark)) throw new Unreadable(`A bracket is not closed: “${mark}” is missing.`);
    this.at += 1;
  }
}

function times(left: Tree, right: Tree): Tree {
  const factors = left.kind === 'product' ? [...left.factors, right] : [left, right];
  return { kind: 'product', factors };
}

/** \frac{dy}{du} names a slope, and so does dy/du. */
function leibnizAt(all: Token[], at: number): { name: string; after: number } | null {
  const read = (from: number): { letter: string; after: number } | null => {
    const [open, d, letter, close] = all.slice(from, from + 4);
    const isD =
      (d?.kind === 'word' && d.text === 'd') ||
      (d?.kind === 'command' && (d.text === 'partial' || d.text === 'differentialD'));
    if (open?.text !== '{' || !isD || letter?.kind !== 'word' || close?.text !== '}') return null;
    return { letter: letter.text, after: from + 4 };
  };
  const over = read(at);
  const under = over && read(over.after);
  return over && under ? { name: `d${over.letter}/d${under.letter}`, after: under.after } : null;
}

/** After `… d y /`: if `d u` follows, the four are one name. */
function slope(over: Tree, all: Token[], at: number): Tree | null {
  if (over.kind !== 'product') return null;
  const [d, y] = over.factors.slice(-2);
  const [other, u] = all.slice(at, at + 2);
  const above = d?.kind === 'name' && d.name === 'd' && y?.kind === 'name';
  if (!above || other?.kind !== 'word' || other.text !== 'd' || u?.kind !== 'word') return null;
  const name: Tree = { kind: 'name', name: `d${y.name}/d${u.text}` };
  const before = over.factors.slice(0, -2);
  return before.length ? { kind: 'product', factors: [...before, name] } : name;
}
