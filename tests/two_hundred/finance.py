# %% black_scholes_math · math.erf, math.log
import math

def cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))

def call(S, K, sigma, r, T):
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    return S * cdf(d1) - K * math.exp(-r * T) * cdf(d2)
# %% at
S = 100.0
K = 95.0
sigma = 0.25
r = 0.02
T = 0.75

# %% black_scholes_scipy · scipy.stats.norm.cdf
import numpy as np
from scipy.stats import norm

def put(S, sigma):
    K, r, T = np.array([90.0, 100.0, 110.0]), 0.03, 1.0
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return np.sum(K * np.exp(-r * T) * norm.cdf(-d2) - S * norm.cdf(-d1))
# %% at
S = 100.0
sigma = 0.2

# %% implied_volatility_newton · statistics.NormalDist
from statistics import NormalDist
import math

N = NormalDist()

def price(sigma, S=100.0, K=105.0, T=0.5):
    d1 = (math.log(S / K) + sigma**2 / 2 * T) / (sigma * math.sqrt(T))
    return S * N.cdf(d1) - K * N.cdf(d1 - sigma * math.sqrt(T))
# %% at, by sigma
sigma = 0.3

# %% binomial_tree · list comprehension backwards
import math

def american_put(S, sigma):
    K, r, T, n = 100.0, 0.05, 1.0, 4
    dt = T / n
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(r * dt) - d) / (u - d)
    values = [max(K - S * u**j * d**(n - j), 0.0) for j in range(n + 1)]
    for i in range(n - 1, -1, -1):
        values = [max(K - S * u**j * d**(i - j),
                      math.exp(-r * dt) * (p * values[j + 1] + (1 - p) * values[j])) for j in range(i + 1)]
    return values[0]
# %% at
S = 98.0
sigma = 0.3

# %% bond_yield · sum over enumerate, duration
def price(y):
    cashflows = [3.0, 3.0, 3.0, 103.0]
    return sum(c / (1 + y) ** (t + 1) for t, c in enumerate(cashflows))
# %% at
y = 0.035

# %% irr_by_newton · inner solve, f-string without a format
def net_present_value(rate, flows):
    return sum(f / (1 + rate) ** i for i, f in enumerate(flows))

def irr(flows):
    rate = 0.1
    for i in range(8):
        value = net_present_value(rate, flows)
        slope = sum(-i * f / (1 + rate) ** (i + 1) for i, f in enumerate(flows))
        rate = rate - value / slope
        print(f"iteration {i}: {rate}")
    return rate
# %% at
flows = [-100.0, 30.0, 45.0, 50.0]

# %% mean_variance · np.linalg.solve, sharpe ratio
import numpy as np

def tangency_sharpe(mu, vols):
    corr = np.array([[1.0, 0.3, 0.1], [0.3, 1.0, 0.4], [0.1, 0.4, 1.0]])
    cov = np.diag(vols) @ corr @ np.diag(vols)
    raw = np.linalg.solve(cov, mu - 0.01)
    w = raw / np.sum(raw)
    return (w @ mu - 0.01) / np.sqrt(w @ cov @ w)
# %% at
mu = [0.05, 0.08, 0.06]
vols = [0.1, 0.2, 0.15]

# %% monte_carlo_asian · np.cumprod, np.maximum
import numpy as np

def asian(S0, sigma):
    z = np.sin(np.arange(12.0) * 2.3).reshape(3, 4)
    steps = np.exp(-0.5 * sigma**2 * 0.25 + sigma * 0.5 * z)
    paths = S0 * np.cumprod(steps, axis=1)
    payoff = np.maximum(paths.mean(axis=1) - 95.0, 0)
    return payoff.mean()
# %% at
S0 = 100.0
sigma = 0.3

# %% nelson_siegel · closures, curve fitting
import numpy as np

def curve(beta0, beta1, beta2, tau):
    def rate(t):
        decay = (1 - np.exp(-t / tau)) / (t / tau)
        return beta0 + beta1 * decay + beta2 * (decay - np.exp(-t / tau))
    return rate

def fit_error(b0, b1, b2, tau):
    model = curve(b0, b1, b2, tau)
    quotes = {0.5: 0.012, 1.0: 0.015, 5.0: 0.024, 10.0: 0.028}
    return sum((model(t) - q) ** 2 for t, q in quotes.items())
# %% at
b0 = 0.03
b1 = -0.02
b2 = 0.005
tau = 1.5
