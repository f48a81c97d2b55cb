# %% sum_of_squares · loop over entries
def sum_of_squares(x):
    s = 0.0
    for xi in x:
        s = s + xi * xi
    return s
# %% at
x = [0.5, -1.25, 2.0]

# %% powers_by_comprehension · comprehension, math constants
import math

def f(x):
    return sum([xi ** k / math.factorial(k) for k, xi in enumerate(x)])
# %% at
x = [0.7, -0.3, 1.1, 0.4]

# %% tanh_by_math · math functions
import math

def tanh(x):
    e = math.exp(2 * x)
    return (e - 1) / (e + 1)
# %% at
x = 0.35

# %% own_value_class · class with operators
class Dual:
    def __init__(self, re, eps):
        self.re = re
        self.eps = eps

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.re + other.re, self.eps + other.eps)

    __radd__ = __add__

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.re * other.re, self.re * other.eps + self.eps * other.re)

    __rmul__ = __mul__


def slope_of_cubic(x):
    d = Dual(x, 1.0)
    y = 3 * d * d * d + 2 * d + 1
    return y.eps
# %% at
x = 0.8

# %% neuron_class · classes
import numpy as np

class Neuron:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return np.tanh(act)


class Layer:
    def __init__(self, W, b):
        self.neurons = [Neuron(w, bi) for w, bi in zip(W, b)]

    def __call__(self, x):
        return [n(x) for n in self.neurons]


def loss(W1, b1, w2, b2):
    hidden = Layer(W1, b1)
    out = Neuron(w2, b2)
    xs = [[2.0, 3.0], [3.0, -1.0]]
    ys = [1.0, -1.0]
    return sum((out(hidden(x)) - y) ** 2 for x, y in zip(xs, ys))
# %% at
W1 = [[0.1, -0.2], [0.3, 0.25], [-0.4, 0.1]]
b1 = [0.0, 0.1, -0.1]
w2 = [0.5, -0.6, 0.7]
b2 = 0.05

# %% dataclass_model · dataclass
from dataclasses import dataclass
import numpy as np

@dataclass
class Ellipse:
    a: float
    b: float

    @property
    def eccentricity(self):
        return np.sqrt(1 - (self.b / self.a) ** 2)

    def perimeter(self):
        h = ((self.a - self.b) / (self.a + self.b)) ** 2
        return np.pi * (self.a + self.b) * (1 + 3 * h / (10 + np.sqrt(4 - 3 * h)))


def shape(a, b):
    e = Ellipse(a, b)
    return e.perimeter() * e.eccentricity
# %% at
a = 2.0
b = 1.3

# %% namedtuple_state · namedtuple, _replace
from collections import namedtuple
import numpy as np

State = namedtuple("State", ["position", "velocity"])

def step(s, k, dt=0.1):
    v = s.velocity - k * s.position * dt
    return s._replace(velocity=v, position=s.position + v * dt)

def final_energy(k):
    s = State(np.array([1.0, 0.5]), np.array([0.0, -0.2]))
    for _ in range(5):
        s = step(s, k)
    return 0.5 * np.sum(s.velocity**2) + 0.5 * k * np.sum(s.position**2)
# %% at
k = 1.7

# %% recursive_power · recursion on a number
def power(x, n):
    if n == 0:
        return 1.0
    if n % 2 == 0:
        half = power(x, n // 2)
        return half * half
    return x * power(x, n - 1)

def f(x):
    return power(x, 9) - 2 * power(x, 4)
# %% at
x = 1.05

# %% tree_of_tuples · recursion over nested data
def evaluate(tree, x):
    if not isinstance(tree, tuple):
        return x if tree == "x" else tree
    op, a, b = tree
    left, right = evaluate(a, x), evaluate(b, x)
    return {"+": lambda: left + right, "*": lambda: left * right, "-": lambda: left - right}[op]()

EXPRESSION = ("+", ("*", 3.0, ("*", "x", "x")), ("-", "x", ("*", "x", ("*", "x", "x"))))

def polynomial(x):
    return evaluate(EXPRESSION, x)
# %% at
x = 0.9

# %% closures_in_a_list · closures, lambdas
import numpy as np

def make_layer(scale, shift):
    def layer(v):
        return np.tanh(scale * v + shift)
    return layer

LAYERS = [make_layer(0.5 + i, -0.1 * i) for i in range(4)]

def forward(x):
    for layer in LAYERS:
        x = layer(x)
    return x.sum()
# %% at
x = [0.2, -0.4]

# %% reduce_compose · functools.reduce, lambdas
from functools import reduce
import numpy as np

compose = lambda *fs: reduce(lambda f, g: lambda x: g(f(x)), fs)
pipeline = compose(np.sin, lambda v: v**2, np.exp, np.mean)

def f(x):
    return pipeline(x)
# %% at
x = [0.1, 0.9, -0.5]

# %% generator_pipeline · generators, zip, islice
from itertools import islice

def logistic_map(r, x):
    while True:
        x = r * x * (1 - x)
        yield x

def last_of_orbit(r, x0):
    *_, last = islice(logistic_map(r, x0), 8)
    return last
# %% at
r = 3.2
x0 = 0.4

# %% running_totals · itertools.accumulate
from itertools import accumulate
import operator

def area(steps):
    heights = list(accumulate(steps, operator.add))
    return sum(h**2 for h in heights) / len(heights)
# %% at
steps = [0.5, -0.2, 0.8, 0.3]

# %% star_import · from numpy import *
from numpy import *

def bump(x):
    return sum(exp(-x**2) * cos(3 * x)) + log1p(x @ x)
# %% at
x = [0.4, -0.9, 1.2]

# %% imported_names · from numpy import names
from numpy import array, dot, exp, log
from numpy.linalg import norm

def f(w):
    A = array([[1.0, 2.0], [0.5, -1.0]])
    u = dot(A, w)
    return log(exp(u).sum()) + norm(w)
# %% at
w = [0.3, -0.7]

# %% keyword_only · keyword arguments, defaults
import numpy as np

def smooth_abs(x, *, eps=1e-2, weight=None):
    w = np.ones_like(x) if weight is None else weight
    return (w * np.sqrt(x**2 + eps)).sum()

def f(x):
    return smooth_abs(x) + smooth_abs(x, eps=0.5, weight=np.arange(1.0, 4.0))
# %% at
x = [0.3, -0.6, 0.0]

# %% dictionary_of_parameters · dict, nested
import numpy as np

def predict(params, x):
    h = np.tanh(params["hidden"]["W"] @ x + params["hidden"]["b"])
    return params["out"]["w"] @ h

def loss(params):
    data = {"a": ([0.5, 1.0], 0.3), "b": ([-1.0, 0.2], -0.4)}
    return sum((predict(params, np.array(x)) - t) ** 2 for x, t in data.values())
# %% at
params = {"hidden": {"W": [[0.1, 0.5], [-0.3, 0.8]], "b": [0.0, 0.2]}, "out": {"w": [1.0, -0.5]}}

# %% try_fallback · try/except
import numpy as np

TABLE = {"a": 1.5, "b": -0.5}

def score(x):
    total = 0.0
    for key in ["a", "b", "c"]:
        try:
            total = total + TABLE[key] * x
        except KeyError:
            total = total + np.sin(x)
    return total
# %% at
x = 0.6

# %% guarded_division · try/except ZeroDivisionError
def safe_ratio(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        return 0.0
# %% at
a = 1.0
b = 4.0

# %% printing_progress · print, f-string with a format
import numpy as np

def descend(x):
    for i in range(3):
        g = 2 * x + np.cos(x)
        x = x - 0.1 * g
        print(f"step {i}: x = {x:.4f}")
    return x**2 + np.sin(x)
# %% at
x = 0.9

# %% printing_arrays · print of arrays, %-formatting
import numpy as np

def loss(w):
    r = np.array([1.0, -2.0, 0.5]) * w - 1.0
    c = np.mean(r**2)
    print("residuals", r)
    print("loss = %.3f" % c)
    return c
# %% at
w = [0.2, 0.4, -0.6]

# %% walrus_and_match · walrus, match
import numpy as np

def activate(kind, z):
    match kind:
        case "relu":
            return np.maximum(0, z)
        case "tanh":
            return np.tanh(z)
        case _:
            return z

def f(x):
    out = 0.0
    for kind in ("relu", "tanh", "none"):
        if (y := activate(kind, x)) is not None:
            out += (y**2).sum()
    return out
# %% at
x = [0.5, -0.8]

# %% scalars_from_float · float() and int() of inputs
def interest(rate):
    r = float(rate)
    balance = 100.0
    for year in range(3):
        balance *= 1 + r
    return balance
# %% at
rate = 0.04

# %% chained_comparison · decisions with and, chained comparison
def tax(income):
    if 0 <= income < 10.0:
        return 0.1 * income
    elif income >= 10.0 and income < 40.0:
        return 1.0 + 0.2 * (income - 10.0)
    return 7.0 + 0.4 * (income - 40.0)
# %% at
income = 25.0

# %% sorted_entries · sorted, reversed, key
def gini(x):
    total = 0.0
    n = len(x)
    for i, v in enumerate(sorted(x)):
        total += (2 * (i + 1) - n - 1) * v
    return total / (n * sum(x))
# %% at
x = [3.0, 1.0, 2.5, 0.5]

# %% any_all_filter · any, all, filter, min with key
def nearest_gap(points, target):
    above = list(filter(lambda p: p > target, points))
    if all(p < 10 for p in points) and any(p < target for p in points):
        nearest = min(points, key=lambda p: abs(p - target))
        return (nearest - target) ** 2 + sum(above)
    return target
# %% at
points = [0.5, 1.5, 2.25]
target = 1.8

# %% decorated · decorators, *args and **kwargs
import functools
import numpy as np

def regularised(strength):
    def wrap(loss):
        @functools.wraps(loss)
        def wrapped(w, *args, **kwargs):
            return loss(w, *args, **kwargs) + strength * np.sum(w**2)
        return wrapped
    return wrap

@regularised(0.1)
def loss(w, scale=2.0):
    return np.sum(np.cos(scale * w))

def total(w):
    return loss(w) + loss(w, scale=0.5)
# %% at
w = [0.3, 1.4]

# %% context_and_global · global variables changed, with
import contextlib

COUNT = 0

@contextlib.contextmanager
def counting():
    global COUNT
    COUNT += 1
    yield COUNT

def f(x):
    total = x * 0
    for _ in range(3):
        with counting() as c:
            total = total + x**2 * c / c
    return total
# %% at
x = 1.5

# %% property_and_inheritance · inheritance, super, abstract
import abc
import numpy as np

class Distribution(abc.ABC):
    def __init__(self, loc, scale):
        self.loc, self.scale = loc, scale

    def standardise(self, x):
        return (x - self.loc) / self.scale

    @abc.abstractmethod
    def log_pdf(self, x): ...


class Laplace(Distribution):
    def log_pdf(self, x):
        return -np.abs(self.standardise(x)) - np.log(2 * self.scale)


class Gumbel(Distribution):
    def __init__(self, loc, scale):
        super().__init__(loc, scale)

    def log_pdf(self, x):
        z = self.standardise(x)
        return -(z + np.exp(-z)) - np.log(self.scale)


def nll(loc, scale):
    x = np.array([0.3, 1.9, -0.4])
    return -sum(np.sum(d(loc, scale).log_pdf(x)) for d in (Laplace, Gumbel))
# %% at
loc = 0.2
scale = 1.3
