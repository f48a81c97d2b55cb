/** Functions to begin with. */
export interface Start {
  label: string;
  source: string;
  example: string;
}

export const STARTS: Start[] = [
  {
    label: 'One neuron',
    source: `import numpy as np

def cost(w, b, x, target):
    z = w @ x + b
    y = np.tanh(z)
    return (y - target) ** 2`,
    example: `w = [0.5, -0.3]
b = 0.1
x = [1.0, 2.0]
target = 1.0`,
  },
  {
    label: 'A straight line through points',
    source: `import numpy as np

def cost(slope, height, x, y):
    miss = slope * x + height - y
    return np.mean(miss ** 2)`,
    example: `slope = 0.5
height = 0.0
x = [0.0, 1.0, 2.0, 3.0]
y = [0.2, 0.9, 2.1, 2.9]`,
  },
  {
    label: 'A hill with a cliff',
    source: `import numpy as np

def height(x, y):
    if x > 2:  # beyond the cliff: flat
        return 0 * x
    return np.exp(-x**2 / 4) * np.cos(y)`,
    example: `x = 1.0
y = 0.5`,
  },
];
