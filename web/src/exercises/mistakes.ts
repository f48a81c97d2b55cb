/**
 * What is said to an answer that shows a mistake: what it did, and what to do. Numbers are those of the guide's
 * misconceptions. `{yours}` is the learner's own answer, `{which}` the edge, path or node it is about, in TeX.
 */

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
    says: '{yours} is the slope of the functions **multiplied**. Here one is fed into the other: take the outer slope where the inner value is, then multiply by the inner slope.',
  },
  'outer-at-x': {
    number: 2,
    name: 'The outer slope is taken at u, not at x.',
    says: '{yours} has the outer slope taken at $x$. The outer function never sees $x$: it is handed $u$. Put the inner value into the outer slope.',
  },
  overwritten: {
    number: 3,
    name: 'The second path does not overwrite the first.',
    says: '{yours} is what one path alone brings{which: ($…$)}. A nudge goes along **every** path: work out each one, then add them (`+=`, not `=`).',
  },
  'input-for-output': {
    number: 7,
    name: 'Not every slope uses the input.',
    says: 'This slope is written with the function’s **output**, and {yours} has its input there. For $e^u$ the slope is $e^u$, for $\\tanh u$ it is $1-\\tanh^2 u$, for $\\sigma$ it is $\\sigma(1-\\sigma)$.',
  },
  doubled: {
    number: 6,
    name: 'Counted twice.',
    says: '{yours} is exactly twice the slope, as if the backward pass had run twice without clearing. Each path counts once.',
  },
  added: {
    name: 'Slopes in a row multiply.',
    says: '{yours} adds slopes that follow each other. Try the units: spoons per turn times mm per spoon gives mm per turn; added, they give nothing. Multiply along a path; add only between paths.',
  },
  'forgot-inner': {
    name: 'A slope is missing on the way in.',
    says: '{yours} leaves out an inner slope. Ask: when $x$ moves a little, how much does the next value move? Multiply by that too.',
  },
  'forgot-outer': {
    name: 'The outer slope is missing.',
    says: '{yours} is the inner slope alone: how $u$ moves. How much does $y$ move per unit of $u$? Multiply by it.',
  },
  'slope-into-slope': {
    name: 'The outer slope takes u, not the inner slope.',
    says: '{yours} puts the inner **slope** into the outer one. Put the inner **value** there, and multiply by the inner slope.',
  },
  'value-for-slope': {
    name: 'A value stands where a slope belongs.',
    says: '{yours} has the outer function’s value in place of its slope. Differentiate the outer function first.',
  },
  'power-rule': {
    name: 'A slip in the power rule.',
    says: 'The chain is right, the outer power is not. For $u^n$ the $n$ comes down as a factor **and** the power goes down by one: $n\\,u^{n-1}$. A root is the power $\\frac12$, and $\\frac1u$ the power $-1$.',
  },
  'paths-multiplied': {
    name: 'Paths are added, not multiplied.',
    says: '{yours} multiplies what comes along different paths. Multiply **along** each path, then add the paths.',
  },
  'paths-subtracted': {
    name: 'A sign between the paths.',
    says: '{yours} has one path with the wrong sign{which: ($…$)}. Each path brings its own sign from its slopes; the paths themselves are added.',
  },
  sign: {
    name: 'Only the sign is wrong.',
    says: 'The size is right, the sign is not. Nudge the input up in your head: does the result go up or down?',
  },
  form: {
    name: 'Right, but in another form.',
    says: 'The value is right everywhere. But a product of slopes was asked for: leave each slope as a factor of its own, outer slope times inner slope.',
  },

  // What undoes a function
  'not-turned-over': {
    name: 'Turn the slope over.',
    says: '{yours} uses how much $x$ moves per unit of $y$. Asked is the way back: up per across becomes across per up. Divide by that slope.',
  },
  'at-the-other-point': {
    name: 'The slope is turned over, at the wrong place.',
    says: '{yours} takes the slope of $x$ by $y$ at the number that $x$ has. That function is fed with $y$: put $y$ there.',
  },
  'over-the-value': {
    name: 'One over the slope, not over the value.',
    says: '{yours} divides by $x$ itself. What undoes a function is not one over it; it is its **slope** that turns over.',
  },
  'one-minus-slope': {
    name: 'Undone is not subtracted.',
    says: '{yours} has one minus the slope. The two slopes must give $1$ when **multiplied**: a nudge there and back again is the nudge.',
  },
  'stopped-at-inverse': {
    name: 'One step is still to go.',
    says: '{yours} is $\\frac{dy}{dx}$. How much does $z$ move per unit of $y$? Multiply by it.',
  },

  // Units that sleep
  'asleep-passes': {
    name: 'A sleeping ReLU passes nothing on.',
    says: '{yours} is what comes out if every unit were awake. Where the sum in front of a ReLU is below zero, its slope is $0$, and so is every product through it.',
  },
  'others-are-awake': {
    name: 'One that sleeps does not silence the others.',
    says: 'Nothing comes through the units that sleep. But some units here are **awake**: what comes along their paths still counts.',
  },
  'asleep-carries': {
    number: 9,
    name: 'Nothing passes through a unit that sleeps.',
    says: '{yours} has an edge at $…$. Its sum is below zero at this place: the plane is folded flat there, the slope is $0$, and a nudge ends.',
  },

  // On a graph
  'edge-left-out': {
    name: 'One slope was left out.',
    says: '{yours} is what comes out when the slope of the edge $…$ is skipped. Every edge on a path is a factor.',
  },
  'stops-short': {
    number: 4,
    name: 'Influence does not stop at the next node.',
    says: '{yours} counts only the edges that leave here. Go on along each of them, all the way to $C$.',
  },
  'last-step': {
    name: 'Influence begins at the node, not at the last line.',
    says: '{yours} counts only the edges that enter $C$. Begin where the nudge is, and follow it to $C$.',
  },
  everything: {
    name: 'Not every edge has a part in it.',
    says: 'You chose all edges. An edge carries this influence only if the nudge **reaches its beginning** and its end **leads to** $C$. Look at $…$.',
  },
  'not-moving': {
    name: 'Nothing moves there.',
    says: 'You chose $…$. But nothing changes at its beginning when you nudge: no path from your node gets there. It carries somebody else’s influence.',
  },
  'leads-nowhere': {
    name: 'C never hears of it.',
    says: 'You chose $…$. The nudge does arrive there, but from its end no path gets on to $C$: a slope along it is multiplied with nothing.',
  },
  'path-missing': {
    number: 3,
    name: 'The second path does not overwrite the first.',
    says: 'What you chose is whole, but it is not all: the path $…$ carries influence as well. A nudge goes along **every** path.',
  },
  gap: {
    name: 'A path has a gap.',
    says: 'The edge $…$ is missing: without it a path you chose does not get through. If one slope on the way were $0$, nothing would pass.',
  },

  // An order
  forwards: {
    name: 'That is the forward pass’s direction.',
    says: 'Your first line is $…$, next to the inputs. Blame starts at the other end: only $dC = 1$ is known at first, so begin with what $C$ reads.',
  },
  'not-arrived': {
    name: 'Blame has not arrived there yet.',
    says: 'Your line $…$ uses something that is still $0$ when its turn comes. First bring blame there, then pass it on.',
  },
  'passed-early': {
    number: 3,
    name: 'Passed on before every use had its say.',
    says: 'Your line $…$ passes something on too early: a share is still to come, and it would be lost. A node waits until **all** that read it have added theirs.',
  },

  // An arrow
  'blame-forward': {
    number: 5,
    name: 'Values go forward, blame goes back.',
    says: '{yours} follows the edge $…$ the way values go. Blame goes the other way: from what was computed to what it was computed **from**.',
  },
  'not-from-here': {
    name: 'Blame is somewhere else.',
    says: '{yours} does not begin at $…$: that is where the blame is now.',
  },
  'not-to-here': {
    name: 'It ends somewhere else.',
    says: '{yours} does not end at $…$: that is where the share arrived.',
  },
  jump: {
    name: 'There is no edge.',
    says: '{yours} jumps: no edge joins $…$. The chain rule goes edge by edge, through the values in between.',
  },
  'slope-reversed': {
    name: 'Upside down.',
    says: '{yours} runs against the edge. In $…$ the lower letter is nudged and the upper one answers: draw from the lower to the upper.',
  },
  'other-edge': {
    name: 'That edge has a slope of its own.',
    says: '{yours} is the edge of $…$. Look for the one whose ends are the two letters asked for.',
  },
  'edge-reversed': {
    name: 'The right two, the wrong way round.',
    says: '{yours} is turned round: $…$. Edges lead from what is read to what is computed.',
  },
  'already-drawn': {
    name: 'That one is there already.',
    says: 'The drawing joins $…$ already. Compare line by line: which letter on a right side has no edge?',
  },
  'only-through': {
    name: 'Influence is not an edge.',
    says: '{yours}: $…$ only **through** other values. An edge stands for a line that names both.',
  },
  'not-read': {
    name: 'No line says so.',
    says: '{yours}: $…$. An edge needs a line that has one letter on its left and the other on its right.',
  },
  'slope-for-share': {
    name: 'A slope is not yet a share.',
    says: '{yours} is the edge whose local **slope** is $…$. A share is that slope times the blame that has arrived at the edge’s other end.',
  },
  'other-share': {
    name: 'Another share came along there.',
    says: 'Along {yours} came $…$. For each edge: the blame at its far end, times the edge’s local slope.',
  },
};

/** What is said to an answer that shows a mistake. */
export function said(mistake: string, yours: string, which?: string): string {
  return MISTAKES[mistake]!.says.replace(/\{which:([^}]*)\}/, (_, text: string) => (which ? text : ''))
    .replace('$…$', () => (which ? `$${which}$` : 'one edge'))
    .replace('{yours}', () => yours);
}
