/** What is said to an answer that shows a mistake: what it did, and what to do. Numbers are those of the guide. */

export interface Mistake {
  /** The misconception's number in the guide, if it is one of them. */
  number?: number;
  name: string;
  says: string;
}

export const MISTAKES: Record<string, Mistake> = {
  'composition-is-multiplication': {
    number: 1,
    name: 'One after the other is not: multiplied.',
    says: 'This is the slope of the functions **multiplied**. Here one is fed into the other: take the outer slope where the inner value is, then multiply by the inner slope.',
  },
  'outer-at-x': {
    number: 2,
    name: 'The outer slope is taken at u, not at x.',
    says: 'Your outer slope was taken at $x$. The outer function never sees $x$: it is handed $u$. Put the inner value into the outer slope.',
  },
  overwritten: {
    number: 3,
    name: 'The second path does not overwrite the first.',
    says: 'You followed one path only. A nudge goes along **every** path: work out each one, then add them (`+=`, not `=`).',
  },
  'input-for-output': {
    number: 7,
    name: 'Not every slope uses the input.',
    says: 'This slope is written with the function’s **output**, and you put its input there. For $e^u$ the slope is $e^u$, for $\\tanh u$ it is $1-\\tanh^2 u$, for $\\sigma$ it is $\\sigma(1-\\sigma)$.',
  },
  doubled: {
    number: 6,
    name: 'Counted twice.',
    says: 'This is exactly twice the slope, as if the backward pass had run twice without clearing. Each path counts once.',
  },
  added: {
    name: 'Slopes in a row multiply.',
    says: 'You added slopes that follow each other. Try the units: spoons per turn times mm per spoon gives mm per turn; added, they give nothing. Multiply along a path; add only between paths.',
  },
  'forgot-inner': {
    name: 'A slope is missing on the way in.',
    says: 'This leaves out an inner slope. Ask: when $x$ moves a little, how much does the next value move? Multiply by that too.',
  },
  'forgot-outer': {
    name: 'The outer slope is missing.',
    says: 'This is the inner slope alone: how $u$ moves. How much does $y$ move per unit of $u$? Multiply by it.',
  },
  'slope-into-slope': {
    name: 'The outer slope takes u, not the inner slope.',
    says: 'You put the inner **slope** into the outer one. Put the inner **value** there, and multiply by the inner slope.',
  },
  'value-for-slope': {
    name: 'A value stands where a slope belongs.',
    says: 'Here the outer function’s value stands in place of its slope. Differentiate the outer function first.',
  },
  'paths-multiplied': {
    name: 'Paths are added, not multiplied.',
    says: 'You multiplied what comes along different paths. Multiply **along** each path, then add the paths.',
  },
  'paths-subtracted': {
    name: 'A sign between the paths.',
    says: 'Both paths are there, but one has the wrong sign. Each path brings its own sign from its slopes; the paths themselves are added.',
  },
  sign: {
    name: 'Only the sign is wrong.',
    says: 'The size is right, the sign is not. Nudge $x$ up in your head: does the result go up or down?',
  },
};
