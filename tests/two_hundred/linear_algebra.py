# %% quadratic_form_solve · np.linalg.solve
import numpy as np

def f(A, b):
    return b @ np.linalg.solve(A, b)
# %% at
A = [[3.0, 0.5, 0.1], [0.2, 2.0, -0.3], [0.0, 0.4, 1.5]]
b = [1.0, -2.0, 0.5]

# %% log_det_and_inverse · np.linalg.inv, det, slogdet
import numpy as np

def f(A):
    sign, logdet = np.linalg.slogdet(A)
    return sign * logdet + np.trace(np.linalg.inv(A)) + np.linalg.det(A)
# %% at
A = [[2.0, 0.3], [-0.5, 1.5]]

# %% cholesky_sampling · np.linalg.cholesky
import numpy as np

def f(S, z):
    L = np.linalg.cholesky(S)
    return np.sum(np.sin(L @ z)) + np.log(np.diagonal(L)).sum()
# %% at
S = [[2.0, 0.5, 0.1], [0.5, 1.5, -0.3], [0.1, -0.3, 1.0]]
z = [0.3, -1.0, 0.7]

# %% smallest_eigenvalue · np.linalg.eigh
import numpy as np

def gap(A):
    w, v = np.linalg.eigh((A + A.T) / 2)
    return w[1] - w[0] + np.sum(v[:, 0] ** 4)
# %% at
A = [[2.0, 0.4, 0.1], [0.2, 1.0, -0.3], [0.5, -0.1, 3.0]]

# %% eigenvalues_only · np.linalg.eigvalsh
import numpy as np

def log_sum(A):
    S = A @ A.T + np.eye(2)
    return np.log(np.linalg.eigvalsh(S)).sum()
# %% at
A = [[0.5, 1.0], [-0.3, 0.8]]

# %% singular_values · np.linalg.svd
import numpy as np

def nuclear(A):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return s.sum() + U[:, 0] @ A @ Vt[0]
# %% at
A = [[1.0, 0.5], [0.2, -1.5], [0.7, 0.3]]

# %% qr_least_squares · np.linalg.qr
import numpy as np

def residual(X, y):
    Q, R = np.linalg.qr(X)
    beta = np.linalg.solve(R, Q.T @ y)
    return np.sum((y - X @ beta) ** 2) + beta @ beta
# %% at
X = [[1.0, 0.2], [1.0, -0.5], [1.0, 0.9], [1.0, 0.1]]
y = [0.5, -0.2, 1.0, 0.4]

# %% least_squares · np.linalg.lstsq
import numpy as np

def slope(y):
    X = np.vstack([np.ones(4), np.array([0.0, 1.0, 2.0, 3.0])]).T
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    return beta[1] ** 2 + beta[0]
# %% at
y = [0.5, 0.8, 1.9, 2.2]

# %% pseudo_inverse · np.linalg.pinv
import numpy as np

def projected(X, y):
    return y @ X @ np.linalg.pinv(X) @ y
# %% at
X = [[1.0, 0.2], [0.3, -0.5], [-0.7, 0.9]]
y = [0.5, -0.2, 1.0]

# %% matrix_power_markov · np.linalg.matrix_power
import numpy as np

def stationary(p, q):
    P = np.array([[1 - p, p], [q, 1 - q]])
    return np.linalg.matrix_power(P, 6)[0, 1]
# %% at
p = 0.3
q = 0.2

# %% norms_of_every_kind · np.linalg.norm with ord
import numpy as np
from numpy import linalg as LA

def norms(A):
    return (LA.norm(A) + LA.norm(A, 1) + LA.norm(A, np.inf) + LA.norm(A, "fro") + LA.norm(A[0], 3)
            + LA.norm(A, axis=1).sum() + LA.norm(A, 2))
# %% at
A = [[1.0, -0.5], [0.3, 2.0]]

# %% expm_by_series · matrix exponential, loop
import numpy as np

def expm(A, terms=10):
    result = np.eye(len(A))
    term = np.eye(len(A))
    for k in range(1, terms):
        term = term @ A / k
        result = result + term
    return result

def f(A):
    return np.trace(expm(A) @ expm(-0.5 * A.T))
# %% at
A = [[0.1, 0.5], [-0.3, 0.2]]

# %% scipy_expm · scipy.linalg.expm
import numpy as np
from scipy.linalg import expm

def f(t):
    Q = np.array([[-0.6, 0.6], [0.2, -0.2]])
    return expm(Q * t)[0, 1]
# %% at
t = 1.3

# %% scipy_cho_solve · scipy.linalg
import numpy as np
from scipy.linalg import cho_factor, cho_solve

def f(S, b):
    return b @ cho_solve(cho_factor(S), b)
# %% at
S = [[2.0, 0.5], [0.5, 1.5]]
b = [1.0, -0.4]

# %% power_iteration · loop with normalisation
import numpy as np

def rayleigh(A):
    v = np.ones(3) / np.sqrt(3)
    for _ in range(6):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v
# %% at
A = [[2.0, 0.4, 0.1], [0.4, 1.0, -0.3], [0.1, -0.3, 3.0]]

# %% gram_schmidt · list of vectors, generator sums
import numpy as np

def gram_schmidt(vectors):
    basis = []
    for v in vectors:
        w = v - sum((v @ b) * b for b in basis)
        basis.append(w / np.sqrt(w @ w))
    return np.array(basis)

def f(A):
    Q = gram_schmidt(A)
    return Q[2] @ np.array([1.0, 2.0, 3.0]) + Q[1, 0]
# %% at
A = [[1.0, 0.3, -0.2], [0.4, 1.2, 0.1], [-0.5, 0.6, 0.9]]

# %% determinant_by_minors · recursion, list slicing of rows
def det(M):
    if len(M) == 1:
        return M[0][0]
    total = 0
    for j in range(len(M)):
        minor = [[row[k] for k in range(len(row)) if k != j] for row in M[1:]]
        total += (-1) ** j * M[0][j] * det(minor)
    return total

def volume(M):
    return abs(det(M))
# %% at
M = [[1.0, 0.3, -0.2], [0.4, 1.2, 0.1], [-0.5, 0.6, 0.9]]

# %% kronecker_and_outer · np.kron, np.outer, np.trace
import numpy as np

def f(a, b):
    K = np.kron(a, b)
    return np.sum(K * np.outer(np.arange(4.0), np.ones(4))) + np.trace(K)
# %% at
a = [[1.0, 0.5], [-0.2, 0.3]]
b = [[0.7, -0.4], [0.1, 0.9]]

# %% tensordot_and_cross · np.tensordot, np.cross, np.vdot, np.inner
import numpy as np

def f(T, u, v):
    w = np.cross(u, v)
    return np.tensordot(T, np.outer(u, v), axes=2) + np.vdot(w, w) + np.inner(u, w) + np.tensordot(T, u, 1).sum()
# %% at
T = [[0.1, 0.5, 0.2], [-0.3, 0.8, 0.4], [0.9, -0.2, 0.6]]
u = [1.0, 0.5, -0.3]
v = [0.2, -0.7, 1.1]

# %% gp_marginal_likelihood · kernels, cholesky and solve
import numpy as np

def rbf(x1, x2, ell, sf):
    d = x1[:, None] - x2[None, :]
    return sf**2 * np.exp(-0.5 * (d / ell) ** 2)

def neg_log_marginal(log_ell, log_sf, log_sn):
    x = np.array([-1.0, -0.2, 0.5, 1.3])
    y = np.sin(2 * x)
    K = rbf(x, x, np.exp(log_ell), np.exp(log_sf)) + np.exp(2 * log_sn) * np.eye(len(x))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 2 * np.log(2 * np.pi)
# %% at
log_ell = -0.3
log_sf = 0.1
log_sn = -1.5

# %% gp_prediction · Matern kernel, cdist by hand
import numpy as np

def matern32(X, Y, ell):
    r = np.sqrt(np.sum((X[:, None, :] - Y[None, :, :]) ** 2, axis=-1) + 1e-12)
    s = np.sqrt(3.0) * r / ell
    return (1.0 + s) * np.exp(-s)

def upper_bound(xs, ell):
    X = np.array([[0.0, 0.1], [0.5, -0.4], [1.0, 0.8]])
    y = np.array([0.2, -0.5, 1.0])
    K = matern32(X, X, ell) + 0.1 * np.eye(3)
    k = matern32(xs[None], X, ell)
    mean = k @ np.linalg.solve(K, y)
    var = 1.0 - np.sum(k * np.linalg.solve(K, k.T).T, axis=1)
    return (mean + 2 * np.sqrt(var))[0]
# %% at
xs = [0.3, 0.2]
ell = 0.8

# %% mahalanobis_whitening · eigh, broadcasting
import numpy as np

def distance(S, d):
    w, V = np.linalg.eigh(S)
    half = V @ np.diag(w**-0.5) @ V.T
    return np.linalg.norm(half @ d)
# %% at
S = [[2.0, 0.5], [0.5, 1.0]]
d = [0.4, -0.9]
