# %% linear_regression_loss · numpy, means
import numpy as np

def mse(w, b):
    x = np.array([[1.0, 0.5], [0.2, -1.0], [0.7, 0.3], [-0.4, 0.9]])
    y = np.array([1.0, 0.0, 0.8, -0.2])
    return ((x @ w + b - y) ** 2).mean()
# %% at
w = [0.3, -0.1]
b = 0.2

# %% logistic_by_list · lists, math
import math

X = [[1.0, 0.4, -0.6], [1.0, -1.2, 0.3], [1.0, 0.9, 1.1], [1.0, -0.1, -0.8]]
T = [True, False, True, True]

def sigmoid(x):
    return 0.5 * (math.tanh(x / 2) + 1)

def training_loss(w):
    total = 0.0
    for x, t in zip(X, T):
        p = sigmoid(sum(wi * xi for wi, xi in zip(w, x)))
        total -= math.log(p if t else 1 - p)
    return total
# %% at
w = [0.1, -0.2, 0.3]

# %% multinomial_one_hot_eye · np.eye indexing, logsumexp by scipy
import numpy as np
from scipy.special import logsumexp

def nll(W):
    X = np.array([[0.5, 1.0], [1.5, -0.5], [-1.0, 0.3]])
    labels = np.array([0, 2, 1])
    logits = X @ W
    logp = logits - logsumexp(logits, axis=1, keepdims=True)
    return -np.sum(np.eye(3)[labels] * logp)
# %% at
W = [[0.1, 0.2, -0.3], [0.0, 0.5, 0.4]]

# %% poisson_by_gammaln · scipy.special
import numpy as np
from scipy.special import gammaln

def nll(beta):
    x = np.array([0.0, 0.5, 1.0, 1.5])
    k = np.array([1.0, 0.0, 3.0, 4.0])
    rate = np.exp(beta[0] + beta[1] * x)
    return np.sum(rate - k * np.log(rate) + gammaln(k + 1))
# %% at
beta = [0.1, 0.8]

# %% normal_cdf_probit · scipy.stats norm
import numpy as np
from scipy.stats import norm

def probit(w):
    X = np.array([[1.0, 0.3], [0.5, -1.2], [-0.8, 0.4]])
    y = np.array([1, 0, 1])
    p = norm.cdf(X @ w)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
# %% at
w = [0.4, -0.2]

# %% norm_ppf_copula · scipy.stats norm.ppf and logpdf
import numpy as np
from scipy.stats import norm

def gaussian_copula(rho):
    u = np.array([0.2, 0.6, 0.9])
    v = np.array([0.3, 0.5, 0.8])
    x, y = norm.ppf(u), norm.ppf(v)
    q = (x**2 - 2 * rho * x * y + y**2) / (1 - rho**2)
    return np.sum(-0.5 * np.log(1 - rho**2) - 0.5 * q - norm.logpdf(x) - norm.logpdf(y))
# %% at
rho = 0.4

# %% ndtri_quantile · scipy.special ndtri, ndtr
import numpy as np
from scipy.special import ndtri, ndtr

def value_at_risk(mu, sigma, level):
    z = ndtri(level)
    shortfall = mu + sigma * np.exp(-z**2 / 2) / np.sqrt(2 * np.pi) / (1 - level)
    return shortfall - (mu + sigma * z) * ndtr(z)
# %% at
mu = 0.1
sigma = 0.8
level = 0.95

# %% beta_binomial · scipy.special betaln
from scipy.special import betaln, gammaln

def log_marginal(a, b):
    total = 0.0
    for k, n in [(3, 10), (7, 12), (1, 5)]:
        choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        total += choose + betaln(k + a, n - k + b) - betaln(a, b)
    return total
# %% at
a = 2.0
b = 3.5

# %% gamma_digamma · digamma, polygamma
import numpy as np
from scipy.special import digamma, gammaln

def kl_gamma(a, b):
    p, q = 2.0, 1.5
    return (a - p) * digamma(a) - gammaln(a) + gammaln(p) + p * (np.log(b) - np.log(q)) + a * (q - b) / b
# %% at
a = 1.7
b = 2.2

# %% student_t · math.lgamma
import math
import numpy as np

def student_nll(mu, log_scale, nu):
    y = np.array([0.1, 2.5, -0.7, 0.4])
    z = (y - mu) / np.exp(log_scale)
    const = math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2)
    return -np.sum(const - 0.5 * np.log(nu * np.pi) - log_scale - (nu + 1) / 2 * np.log1p(z**2 / nu))
# %% at
mu = 0.2
log_scale = -0.1
nu = 4.0

# %% mixture_em_step · broadcasting, EM
import numpy as np

def em_step(means, variances, weights, x):
    d = x[:, None] - means
    logp = np.log(weights) - 0.5 * d**2 / variances - 0.5 * np.log(2 * np.pi * variances)
    m = logp.max(axis=1, keepdims=True)
    r = np.exp(logp - m)
    r /= r.sum(axis=1, keepdims=True)
    return (r * x[:, None]).sum(axis=0) / r.sum(axis=0)

def moved(means, variances, weights):
    x = np.array([-1.2, -0.8, 0.9, 1.4, 1.0])
    for _ in range(2):
        means = em_step(means, variances, weights, x)
    return np.sum(means**2)
# %% at
means = [-0.5, 0.7]
variances = [0.8, 0.6]
weights = [0.4, 0.6]

# %% stan_eight_schools · log density with a dict of data
import numpy as np

DATA = dict(y=np.array([28.0, 8.0, -3.0, 7.0]), sigma=np.array([15.0, 10.0, 16.0, 11.0]))

def normal_lpdf(x, mu, sigma):
    return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)

def eight_schools(mu, log_tau, theta):
    tau = np.exp(log_tau)
    lp = normal_lpdf(mu, 0.0, 5.0)
    lp += np.log(2.0) + normal_lpdf(tau, 0.0, 5.0) + log_tau
    lp += np.sum(normal_lpdf(theta, mu, tau))
    lp += np.sum(normal_lpdf(DATA["y"], theta, DATA["sigma"]))
    return lp
# %% at
mu = 4.0
log_tau = 1.0
theta = [10.0, 6.0, 2.0, 5.0]

# %% stan_bounded_parameters · inverse logit transforms, Jacobian term
import numpy as np

def bounded(u, lo, hi):
    s = 1 / (1 + np.exp(-u))
    return lo + (hi - lo) * s, np.log(hi - lo) + np.log(s) + np.log1p(-s)

def posterior(u, v):
    p, jp = bounded(u, 0.0, 1.0)
    r, jr = bounded(v, 0.5, 3.0)
    return 7 * np.log(p) + 3 * np.log(1 - p) - r * p**2 + jp + jr
# %% at
u = 0.3
v = -0.4

# %% simplex_stick_breaking · loop, concatenation of scalars
import numpy as np

def stick_breaking(u):
    left = 1.0
    parts = []
    for ui in u:
        share = left / (1 + np.exp(-ui))
        parts.append(share)
        left = left - share
    parts.append(left)
    return np.array(parts)

def dirichlet(u):
    alpha = np.array([2.0, 1.5, 1.0, 3.0])
    return np.sum((alpha - 1) * np.log(stick_breaking(u)))
# %% at
u = [0.2, -0.5, 0.1]

# %% weibull_survival · np.where, censoring
import numpy as np

def survival_nll(log_k, log_lam):
    t = np.array([1.0, 2.5, 0.7, 4.0])
    observed = np.array([True, False, True, True])
    k, lam = np.exp(log_k), np.exp(log_lam)
    log_hazard = np.log(k / lam) + (k - 1) * np.log(t / lam)
    return -np.sum(np.where(observed, log_hazard, 0.0) - (t / lam) ** k)
# %% at
log_k = 0.2
log_lam = 0.5

# %% cox_partial_likelihood · sorting by data, cumulative sums
import numpy as np

def cox(beta):
    X = np.array([[0.5, 1.0], [-0.3, 0.2], [1.2, -0.7], [0.1, 0.4]])
    time = np.array([3.0, 1.0, 4.0, 2.0])
    order = np.argsort(-time)
    eta = (X @ beta)[order]
    return -np.sum(eta - np.log(np.cumsum(np.exp(eta))))
# %% at
beta = [0.3, -0.5]

# %% correlation_matrix · np.corrcoef, np.cov
import numpy as np

def dependence(X):
    return np.corrcoef(X)[0, 1] + np.cov(X)[0, 0] * 0.1
# %% at
X = [[0.1, 0.8, -0.4, 1.2], [0.5, 0.4, -0.1, 0.9]]

# %% median_absolute_deviation · np.median, np.percentile
import numpy as np

def spread(x):
    med = np.median(x)
    mad = np.median(np.abs(x - med))
    return mad + np.percentile(x, 75) - np.percentile(x, 25)
# %% at
x = [0.2, 1.5, -0.7, 0.9, 3.1]

# %% kernel_density · norm, vectorised
import numpy as np

def log_density(h, points):
    grid = np.linspace(-1, 1, 5)
    z = (grid[:, np.newaxis] - points[np.newaxis, :]) / h
    density = np.mean(np.exp(-0.5 * z**2), axis=1) / (h * np.sqrt(2 * np.pi))
    return np.sum(np.log(density))
# %% at
h = 0.4
points = [-0.6, 0.1, 0.5]

# %% weighted_quantile_loss · np.select, np.piecewise style
import numpy as np

def robust(r):
    a = np.abs(r)
    rho = np.select([a < 0.5, a < 1.5], [0.5 * r**2, 0.5 * a - 0.125], default=0.625)
    return rho.sum()
# %% at
r = [0.2, -0.9, 2.0, 1.1]

# %% piecewise_tukey · np.piecewise
import numpy as np

def tukey(r):
    c = 2.0
    rho = np.piecewise(r, [np.abs(r) <= c, np.abs(r) > c],
                       [lambda u: c**2 / 6 * (1 - (1 - (u / c) ** 2) ** 3), c**2 / 6])
    return np.sum(rho)
# %% at
r = [0.5, -1.2, 3.0]

# %% ranks_spearman · argsort of argsort, plain data
import numpy as np

def weighted_rank(x, w):
    ranks = np.argsort(np.argsort(x))
    return np.sum(w * ranks * x)
# %% at
x = [0.4, -0.2, 1.3, 0.8]
w = [1.0, 0.5, 0.2, 2.0]

# %% autocorrelation · loops with slices
import numpy as np

def whiteness(x):
    x = x - x.mean()
    c0 = np.dot(x, x)
    return sum((np.dot(x[:-k], x[k:]) / c0) ** 2 for k in range(1, 4))
# %% at
x = [0.2, 0.8, -0.5, 0.1, 0.9, -0.3]

# %% ar_likelihood · statespace by recursion in a list
import numpy as np

def ar2(phi1, phi2, log_sigma):
    y = [0.5, 0.3, -0.2, -0.6, 0.1, 0.4]
    sigma = np.exp(log_sigma)
    residuals = [y[t] - phi1 * y[t - 1] - phi2 * y[t - 2] for t in range(2, len(y))]
    return 0.5 * np.sum(np.square(residuals)) / sigma**2 + len(residuals) * log_sigma
# %% at
phi1 = 0.6
phi2 = -0.2
log_sigma = -0.3

# %% garch · recursion of the variance
import numpy as np

def garch(omega, alpha, beta):
    r = np.array([0.02, -0.05, 0.01, 0.04, -0.03])
    var = np.var(r)
    ll = 0.0
    for t in range(len(r)):
        ll += -0.5 * (np.log(2 * np.pi * var) + r[t] ** 2 / var)
        var = omega + alpha * r[t] ** 2 + beta * var
    return -ll
# %% at
omega = 0.0002
alpha = 0.1
beta = 0.8

# %% monte_carlo_reparametrised · random.gauss with a seed
import random
import math

def elbo(mu, log_sigma):
    rng = random.Random(7)
    total = 0.0
    for _ in range(20):
        z = mu + math.exp(log_sigma) * rng.gauss(0.0, 1.0)
        total += -0.5 * z**2 - 0.1 * z**4
    return total / 20 + log_sigma
# %% at
mu = 0.3
log_sigma = -0.5

# %% numpy_random_data · np.random.seed and randn
import numpy as np

np.random.seed(0)
X = np.random.randn(6, 3)
noise = 0.1 * np.random.randn(6)
y = X @ np.array([1.0, -2.0, 0.5]) + noise

def loss(w):
    return np.mean((X @ w - y) ** 2)
# %% at
w = [0.1, 0.0, -0.2]

# %% default_rng_dropout · np.random.default_rng
import numpy as np

def dropout_loss(w, rate=0.4):
    rng = np.random.default_rng(3)
    keep = rng.random(w.shape) > rate
    return np.sum(np.where(keep, w, 0.0) ** 2) / (1 - rate)
# %% at, by w
w = [0.5, -0.3, 0.9, 1.2]
