/** The marks of classes: a shape and a colour each, so that either tells them apart. Class 0 is a plum, 1 a lemon. */

type Stroke = readonly [command: string, ...numbers: number[]];

/** In steps from the mark's middle, for a mark of radius 1. */
const SHAPES: readonly (readonly Stroke[])[] = [
  [
    ['m', -0.95, 0.1],
    ['a', 0.95, 0.95, 0, 1, 0, 1.9, 0],
    ['a', 0.95, 0.95, 0, 1, 0, -1.9, 0],
    ['z'],
    ['m', 0.95, -0.9],
    ['q', 0.1, -0.5, 0.55, -0.6],
  ],
  [
    ['m', -1.35, 0],
    ['c', 0.45, -0.15, 0.55, -0.9, 1.35, -0.9],
    ['s', 0.9, 0.75, 1.35, 0.9],
    ['c', -0.45, 0.15, -0.55, 0.9, -1.35, 0.9],
    ['s', -0.9, -0.75, -1.35, -0.9],
    ['z'],
  ],
  [['m', 0, -1.15], ['l', 1.1, 1.95], ['l', -2.2, 0], ['z']],
  [['m', -0.87, -0.87], ['l', 1.74, 0], ['l', 0, 1.74], ['l', -1.74, 0], ['z']],
  [['m', 0, -1.25], ['l', 1, 1.25], ['l', -1, 1.25], ['l', -1, -1.25], ['z']],
  [
    ['m', -0.38, -1.1],
    ['l', 0.76, 0],
    ['l', 0, 0.72],
    ['l', 0.72, 0],
    ['l', 0, 0.76],
    ['l', -0.72, 0],
    ['l', 0, 0.72],
    ['l', -0.76, 0],
    ['l', 0, -0.72],
    ['l', -0.72, 0],
    ['l', 0, -0.76],
    ['l', 0.72, 0],
    ['z'],
  ],
];

const kept = new Map<string, string>();

/** The part of a path that draws the mark of a class from where the pen is. */
function strokes(label: number, radius: number): string {
  const key = `${label} ${radius}`;
  let data = kept.get(key);
  if (data === undefined) {
    data = SHAPES[label % SHAPES.length]!.map(
      ([command, ...numbers]) => command + scaled(command, numbers, radius),
    ).join('');
    kept.set(key, data);
  }
  return data;
}

function scaled(command: string, numbers: number[], radius: number): string {
  const isFlag = (index: number) => command === 'a' && index >= 2 && index <= 4;
  return numbers.map((value, index) => (isFlag(index) ? value : (value * radius).toFixed(2))).join(' ');
}

export const markPath = (label: number, x: number, y: number, radius: number): string =>
  `M${x.toFixed(1)} ${y.toFixed(1)}${strokes(label, radius)}`;

export const classColour = (label: number): string => `var(--class-${(label % 6) + 1})`;
