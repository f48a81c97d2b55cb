# %% rosenbrock_sum · comprehension, scipy style
def rosen(x):
    return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))
# %% at
x = [-1.2, 1.0, 0.8]

# %% beale · plain arithmetic
def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
# %% at
x = 1.0
y = 0.6

# %% styblinski_tang · one expression
import numpy as np

f = lambda x: 0.5 * np.sum(x**4 - 16 * x**2 + 5 * x)

def styblinski_tang(x):
    return f(x)
# %% at
x = [-2.9, 0.3, 1.5]

# %% levy · helpers, slices
import numpy as np

def levy(x):
    w = 1 + (x - 1) / 4
    head = np.sin(np.pi * w[0]) ** 2
    middle = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    tail = (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    return head + middle + tail
# %% at
x = [0.3, 2.0, -1.4]

# %% michalewicz · arange, powers
import numpy as np

def michalewicz(x, m=10):
    i = np.arange(1, len(x) + 1)
    return -np.sum(np.sin(x) * np.sin(i * x**2 / np.pi) ** (2 * m))
# %% at, by x
x = [2.2, 1.5, 1.3]

# %% goldstein_price · long polynomials
def goldstein_price(x, y):
    a = 1 + (x + y + 1) ** 2 * (19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2)
    b = 30 + (2*x - 3*y) ** 2 * (18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2)
    return a * b
# %% at
x = 0.2
y = -0.7

# %% easom_and_cross · abs, sqrt, exp
import numpy as np

def cross_in_tray(x, y):
    inner = np.abs(np.sin(x) * np.sin(y) * np.exp(np.abs(100 - np.sqrt(x**2 + y**2) / np.pi)))
    easom = -np.cos(x) * np.cos(y) * np.exp(-((x - np.pi) ** 2 + (y - np.pi) ** 2))
    return -0.0001 * (inner + 1) ** 0.1 + easom
# %% at
x = 1.2
y = 2.1

# %% schwefel · sqrt of abs
import numpy as np

def schwefel(x):
    d = len(x)
    return 418.9829 * d - (x * np.sin(np.sqrt(np.abs(x)))).sum()
# %% at
x = [20.0, -35.0, 4.0]

# %% three_hump_camel · array unpacking
def camel(p):
    x, y = p
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2
# %% at
p = [0.8, -0.4]

# %% matyas_with_hessian_step · numpy.linalg.solve, an inner Newton step
import numpy as np

def after_newton(x0):
    A = np.array([[0.52, -0.48], [-0.48, 0.52]])
    x = x0
    for _ in range(2):
        g = A @ x + 0.1 * x**3
        H = A + 0.3 * np.diag(x**2)
        x = x - np.linalg.solve(H, g)
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1] + x.sum()
# %% at
x0 = [1.0, -1.5]

# %% unrolled_momentum · inner optimisation, hyperparameters
import numpy as np

def tuned(lr, momentum):
    w = np.array([2.0, -1.0])
    v = np.zeros(2)
    H = np.array([3.0, 0.5])
    for _ in range(6):
        grad = H * w
        v = momentum * v - lr * grad
        w = w + v
    return 0.5 * (H * w**2).sum()
# %% at
lr = 0.1
momentum = 0.8

# %% unrolled_adam · inner optimisation with a dict of state
import numpy as np

def adam_loss(lr, b1, b2):
    state = {"m": np.zeros(2), "v": np.zeros(2)}
    w = np.array([1.0, -2.0])
    for t in range(1, 5):
        g = 4 * w**3 - 2 * w
        state["m"] = b1 * state["m"] + (1 - b1) * g
        state["v"] = b2 * state["v"] + (1 - b2) * g**2
        mhat = state["m"] / (1 - b1**t)
        vhat = state["v"] / (1 - b2**t)
        w = w - lr * mhat / (np.sqrt(vhat) + 1e-8)
    return np.sum(w**4 - w**2)
# %% at
lr = 0.1
b1 = 0.9
b2 = 0.99

# %% fixed_point_cosine · while until convergence
import numpy as np

def fixed_point(a):
    x = 1.0
    while True:
        new = np.cos(a * x)
        if abs(new - x) < 1e-10:
            break
        x = new
    return new
# %% at
a = 0.8

# %% bisection_root · bisection, decisions alone
def root(c):
    lo, hi = 0.0, 2.0
    for _ in range(60):
        mid = (lo + hi) / 2
        if mid**3 + mid - c > 0:
            hi = mid
        else:
            lo = mid
    x = (lo + hi) / 2
    # one Newton step carries the derivative
    return x - (x**3 + x - c) / (3 * x**2 + 1)
# %% at
c = 1.7

# %% babylonian_sqrt · for with break
def sqrt(a):
    x = a / 2
    for _ in range(50):
        nxt = (x + a / x) / 2
        if abs(nxt - x) < 1e-12:
            break
        x = nxt
    return nxt
# %% at
a = 7.0

# %% golden_section · nested function, decisions
def minimise(f, a, b, n=12):
    ratio = (5 ** 0.5 - 1) / 2
    for _ in range(n):
        c = b - ratio * (b - a)
        d = a + ratio * (b - a)
        if f(c) < f(d):
            b = d
        else:
            a = c
    return (a + b) / 2

def bracket(lo, hi):
    return minimise(lambda x: (x - 0.7) ** 2, lo, hi)
# %% at
lo = -1.0
hi = 3.0

# %% backtracking_line_search · while with a decision, norm
import numpy as np

def loss(x):
    return np.sum(np.log(1 + x**2)) + x[0] * x[1]

def line_search(x):
    g = 2 * x / (1 + x**2) + x[::-1]
    t = 1.0
    while loss(x - t * g) > loss(x) - 0.5 * t * (g @ g):
        t *= 0.5
    return loss(x - t * g)
# %% at
x = [1.5, -0.5]

# %% conjugate_gradients · a solver, loop
import numpy as np

def cg(A, b, steps=3):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(steps):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        new = r @ r
        p = r + (new / rs) * p
        rs = new
    return x

def energy(a, b):
    A = np.array([[4.0, 1.0, 0.0, 0.5], [1.0, 3.0, 0.2, 0.0], [0.0, 0.2, 2.0, 0.1], [0.5, 0.0, 0.1, 5.0]]) * a
    x = cg(A, b)
    return x @ x
# %% at
a = 1.2
b = [1.0, -0.5, 0.3, 2.0]

# %% proximal_gradient · soft threshold, sign
import numpy as np

def soft_threshold(z, lam):
    return np.sign(z) * np.maximum(np.abs(z) - lam, 0.0)

def ista(lam, y):
    A = np.array([[1.0, 0.5], [0.2, 1.5], [-0.3, 0.4]])
    x = np.zeros(2)
    for _ in range(5):
        x = soft_threshold(x - 0.2 * A.T @ (A @ x - y), 0.2 * lam)
    return np.sum((A @ x - y) ** 2) + lam * np.abs(x).sum()
# %% at
lam = 0.1
y = [1.0, -2.0, 0.5]

# %% sinkhorn · optimal transport, broadcasting
import numpy as np

def sinkhorn(C, a, b, eps=0.5):
    K = np.exp(-C / eps)
    u = np.ones_like(a)
    for _ in range(8):
        v = b / (K.T @ u)
        u = a / (K @ v)
    P = u[:, None] * K * v[None, :]
    return np.sum(P * C)
# %% at, by C a
C = [[0.0, 1.0, 2.0], [1.0, 0.2, 1.0]]
a = [0.4, 0.6]
b = [0.3, 0.3, 0.4]

# %% augmented_lagrangian · class with state
import numpy as np

class Problem:
    def __init__(self, rho):
        self.rho = rho
        self.multiplier = 0.0

    def constraint(self, x):
        return np.sum(x) - 1.0

    def lagrangian(self, x):
        c = self.constraint(x)
        return np.sum(x**2) + self.multiplier * c + 0.5 * self.rho * c**2

    def update(self, x):
        self.multiplier += self.rho * self.constraint(x)


def solve(x, rho):
    p = Problem(rho)
    for _ in range(3):
        p.update(x)
        x = x - 0.05 * (2 * x + (p.multiplier + p.rho * p.constraint(x)))
    return p.lagrangian(x)
# %% at
x = [0.9, -0.3]
rho = 2.0
