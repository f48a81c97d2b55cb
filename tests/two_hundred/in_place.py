# %% fill_a_vector · assignment by index
import numpy as np

def f(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.sin(x[i]) * (i + 1)
    return np.sum(y**2)
# %% at
x = [0.3, -0.5, 1.2]

# %% fill_a_matrix · assignment by two indices
import numpy as np

def gram_log_trace(X):
    n = X.shape[0]
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            K[i, j] = np.exp(-0.5 * np.sum((X[i] - X[j]) ** 2))
    return np.sum(K) + K[0, 1] * K[1, 2]
# %% at
X = [[0.1, 0.5], [1.0, -0.3], [-0.4, 0.8]]

# %% fibonacci_table · dynamic programming in a list
def growth(a, b):
    table = [0.0] * 8
    table[0] = a
    table[1] = b
    for i in range(2, len(table)):
        table[i] = table[i - 1] + 0.5 * table[i - 2]
    return table[-1]
# %% at
a = 1.0
b = 2.0

# %% rows_of_a_history · assignment of rows
import numpy as np

def trajectory(x0):
    A = np.array([[0.9, 0.2], [-0.1, 0.8]])
    xs = np.zeros((6, 2))
    xs[0] = x0
    for t in range(1, 6):
        xs[t] = A @ xs[t - 1]
    return np.sum(xs**2)
# %% at
x0 = [1.0, -0.5]

# %% heat_by_slices · slice assignment, augmented
import numpy as np

def heat(u0):
    u = u0.copy()
    for _ in range(4):
        u[1:-1] += 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)
# %% at
u0 = [0.0, 1.0, 0.5, -0.3, 0.0]

# %% boundary_conditions · in place on a copy
import numpy as np

def smooth(u):
    v = np.copy(u)
    v[0] = 0
    v[-1] = 0
    return np.sum((v[1:] - v[:-1]) ** 2)
# %% at
u = [0.4, 1.0, 0.5, -0.3]

# %% accumulate_in_place · += on an entry
import numpy as np

def histogram_energy(w):
    bins = [0, 1, 0, 2, 1]
    h = np.zeros(3)
    for b, wi in zip(bins, w):
        h[b] += wi
    return np.sum(h**2)
# %% at
w = [0.5, 1.0, -0.3, 0.8, 0.1]

# %% masked_assignment · mask assignment
import numpy as np

def leaky(x):
    y = x.copy()
    y[x < 0] = 0.1 * x[x < 0]
    return np.sum(y**3)
# %% at
x = [0.5, -1.0, 2.0, -0.3]

# %% clip_by_mask · mask assignment of a number
import numpy as np

def saturate(x):
    y = 2 * x
    y[y > 1] = 1
    return y.sum()
# %% at
x = [0.2, 0.9, -0.4]

# %% rotation_matrix_filled · 2-D entries
import numpy as np

def rotate(theta, p):
    R = np.eye(2)
    R[0, 0] = np.cos(theta)
    R[0, 1] = -np.sin(theta)
    R[1, 0] = np.sin(theta)
    R[1, 1] = np.cos(theta)
    q = R @ p
    return q[0] * q[1]
# %% at
theta = 0.6
p = [1.0, 2.0]

# %% tridiagonal_system · Thomas algorithm in place
import numpy as np

def solve_tridiagonal(a, b, c, d):
    n = len(d)
    c = c.copy()
    d = d.copy()
    c[0] = c[0] / b[0]
    d[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] = c[i] / m
        d[i] = (d[i] - a[i - 1] * d[i - 1]) / m
    x = np.zeros(n)
    x[-1] = d[-1]
    for i in range(n - 2, -1, -1):
        x[i] = d[i] - c[i] * x[i + 1]
    return x

def load(b, d):
    a = np.array([-1.0, -1.0, -1.0])
    c = np.array([-1.0, -1.0, -1.0])
    return np.sum(solve_tridiagonal(a, b, c, d) ** 2)
# %% at
b = [4.0, 4.5, 5.0, 4.2]
d = [1.0, 2.0, 0.5, -1.0]

# %% cholesky_by_hand · nested loops, entries of a matrix
import numpy as np

def cholesky(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return L

def log_det(A):
    return 2 * np.sum(np.log(np.diag(cholesky(A))))
# %% at
A = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]]

# %% gaussian_elimination · row operations in place
import numpy as np

def solve(A, b):
    A = A.copy()
    b = b.copy()
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i] -= m * A[k]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - A[i, i + 1:] @ x[i + 1:]) / A[i, i]
    return x

def f(A, b):
    return solve(A, b).sum()
# %% at
A = [[3.0, 1.0, 0.2], [0.5, 2.5, -0.4], [0.1, 0.3, 1.8]]
b = [1.0, -0.5, 2.0]

# %% edit_distance_soft · dynamic programming table
import numpy as np

def soft_dtw(a, b):
    n, m = len(a), len(b)
    D = np.full((n + 1, m + 1), 1e3)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            options = np.array([D[i - 1, j], D[i, j - 1], D[i - 1, j - 1]])
            D[i, j] = cost - np.log(np.sum(np.exp(-options)))
    return D[n, m]
# %% at
a = [0.1, 0.6, 1.0]
b = [0.2, 0.9, 0.8, 1.1]

# %% in_place_on_the_argument · the argument itself is changed
import numpy as np

def shrink(x):
    x[0] = x[0] * 0.5
    x *= 2
    return np.sum(x**2)
# %% at
x = [1.0, 2.0]

# %% aliases_see_changes · aliasing
import numpy as np

def alias(x):
    y = np.zeros(3)
    z = y
    z[1] = x * x
    return y[1] * 3 + z[0]
# %% at
x = 1.7

# %% views_see_changes · a view written through
import numpy as np

def view(x):
    A = np.zeros((2, 3))
    row = A[1]
    row[:] = x
    row[0] = x[2] * x[1]
    return np.sum(A * np.arange(6.0).reshape(2, 3))
# %% at
x = [0.5, -0.7, 1.1]

# %% append_and_pop · list methods
import numpy as np

def stack_machine(x, y):
    stack = []
    for op in ["x", "y", "*", "x", "+", "y", "y", "*", "-"]:
        if op == "x":
            stack.append(x)
        elif op == "y":
            stack.append(y)
        else:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b if op == "*" else a + b if op == "+" else a - b)
    return stack.pop()
# %% at
x = 1.5
y = -0.7

# %% insertion_sort · swaps in a list, decisions
def order_statistic(x):
    v = [x[i] for i in range(len(x))]
    for i in range(1, len(v)):
        j = i
        while j > 0 and v[j - 1] > v[j]:
            v[j - 1], v[j] = v[j], v[j - 1]
            j -= 1
    return v[1] * v[-1]
# %% at
x = [0.9, -0.2, 1.4, 0.3]

# %% add_at · np.add.at
import numpy as np

def pooled(w):
    out = np.zeros(3)
    np.add.at(out, [0, 2, 0, 1], w)
    return np.sum(out**2)
# %% at
w = [0.5, -0.4, 1.0, 0.7]

# %% diagonal_filled · np.fill_diagonal
import numpy as np

def regularised_logdet(A, lam):
    B = A @ A.T
    np.fill_diagonal(B, np.diag(B) + lam)
    return np.linalg.slogdet(B)[1]
# %% at
A = [[1.0, 0.5], [0.2, -0.8]]
lam = 0.3

# %% out_keyword · out= keyword
import numpy as np

def f(x):
    y = np.empty(3)
    np.multiply(x, x, out=y)
    return y.sum()
# %% at
x = [0.5, 1.5, -1.0]
