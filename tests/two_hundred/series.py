# %% hmm_forward_log · logsumexp over states, loop
import numpy as np

def logsumexp(a, axis=0):
    m = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(m, axis) + np.log(np.sum(np.exp(a - m), axis=axis))

def hmm(log_pi, log_A, log_B):
    obs = [0, 1, 1, 0]
    alpha = log_pi + log_B[:, obs[0]]
    for o in obs[1:]:
        alpha = logsumexp(alpha[:, None] + log_A, axis=0) + log_B[:, o]
    return logsumexp(alpha)
# %% at
log_pi = [-0.7, -0.69]
log_A = [[-0.2, -1.7], [-1.2, -0.36]]
log_B = [[-0.1, -2.3], [-1.6, -0.22]]

# %% viterbi_score · max over states, argmax back pointers
import numpy as np

def viterbi(log_A, log_B):
    obs = [0, 1, 1]
    delta = log_B[:, obs[0]]
    back = []
    for o in obs[1:]:
        scores = delta[:, None] + log_A
        back.append(np.argmax(scores, axis=0))
        delta = scores.max(axis=0) + log_B[:, o]
    return delta.max()
# %% at
log_A = [[-0.2, -1.7], [-1.2, -0.36]]
log_B = [[-0.1, -2.3], [-1.6, -0.22]]

# %% kalman_class · class with matrices, updates
import numpy as np

class Kalman:
    def __init__(self, q, r):
        self.F = np.array([[1.0, 1.0], [0.0, 1.0]])
        self.H = np.array([[1.0, 0.0]])
        self.Q = q * np.eye(2)
        self.R = np.array([[r]])
        self.x = np.zeros(2)
        self.P = np.eye(2)

    def step(self, z):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        innovation = z - self.H @ self.x
        self.x = self.x + K @ innovation
        self.P = (np.eye(2) - K @ self.H) @ self.P
        return -0.5 * (innovation @ np.linalg.inv(S) @ innovation + np.log(np.linalg.det(S)))


def log_likelihood(q, r):
    kf = Kalman(q, r)
    return sum(kf.step(np.array([z])) for z in (0.9, 2.1, 2.9, 4.2))
# %% at
q = 0.1
r = 0.5

# %% exponential_smoothing · Holt's method, tuple assignment
def holt(alpha, beta):
    y = [1.0, 1.4, 1.9, 2.2, 3.0]
    level, trend = y[0], y[1] - y[0]
    sse = 0.0
    for obs in y[1:]:
        forecast = level + trend
        sse += (obs - forecast) ** 2
        level, trend = alpha * obs + (1 - alpha) * forecast, beta * (alpha * (obs - forecast)) + trend
    return sse
# %% at
alpha = 0.6
beta = 0.3

# %% particle_weights · np.exp, cumulative weights, data by searchsorted
import numpy as np

def effective_sample_size(log_w):
    w = np.exp(log_w - log_w.max())
    w = w / w.sum()
    cdf = np.cumsum(w)
    picked = np.searchsorted(cdf, np.array([0.1, 0.5, 0.9]))
    return 1 / np.sum(w**2) + w[picked].sum()
# %% at
log_w = [-1.0, 0.2, -0.4, 0.6]

# %% ctc_like_alignment · dynamic programming with np.logaddexp
import numpy as np

def alignment(logits):
    logp = logits - np.log(np.sum(np.exp(logits), axis=1))[:, None]
    T, U = 4, 3
    path = {(-1, 0): 0.0}
    for t in range(T):
        for u in range(U):
            stay = path.get((t - 1, u))
            move = path.get((t - 1, u - 1))
            options = [v for v in (stay, move) if v is not None]
            if options:
                best = options[0] if len(options) == 1 else np.logaddexp(*options)
                path[t, u] = best + logp[t, u]
    return -path[T - 1, U - 1]
# %% at
logits = [[0.5, 0.1, -0.4], [0.2, 0.9, 0.3], [-0.6, 0.7, 0.8], [0.1, -0.2, 1.1]]

# %% spectral_energy · np.fft
import numpy as np

def high_frequencies(x):
    X = np.fft.rfft(x)
    power = np.abs(X) ** 2
    return power[2:].sum() / power.sum()
# %% at
x = [0.1, 0.9, -0.4, 0.3, 0.8, -0.6]

# %% discrete_fourier_by_hand · cos and sin matrices
import numpy as np

def spectral_flatness(x):
    n = len(x)
    k = np.arange(n // 2 + 1)
    angle = 2 * np.pi * np.outer(k, np.arange(n)) / n
    power = (np.cos(angle) @ x) ** 2 + (np.sin(angle) @ x) ** 2 + 1e-6
    return np.exp(np.mean(np.log(power))) / np.mean(power)
# %% at
x = [0.1, 0.9, -0.4, 0.3, 0.8, -0.6]

# %% moving_average_roll · np.roll, np.diff, np.pad
import numpy as np

def roughness(x):
    smooth = (np.roll(x, 1) + x + np.roll(x, -1)) / 3
    padded = np.pad(smooth, 1, mode="edge")
    return np.sum(np.diff(padded, n=2) ** 2) + np.sum(np.gradient(x) ** 2)
# %% at
x = [0.1, 0.9, -0.4, 0.3, 0.8]

# %% apply_along_rows · np.apply_along_axis
import numpy as np

def normalised(X):
    Z = np.apply_along_axis(lambda row: row / np.sqrt(np.sum(row**2)), 1, X)
    return np.sum(Z @ Z.T)
# %% at
X = [[0.1, 0.5, 0.3], [-0.4, 0.3, 0.9]]

# %% vectorised_scalar_function · np.vectorize
import numpy as np

def hinge(z):
    if z > 1:
        return 0.0
    return (1 - z) ** 2

vhinge = np.vectorize(hinge)

def loss(w):
    margins = w * np.array([1.0, -0.5, 2.0])
    return vhinge(margins).sum()
# %% at
w = [0.5, 0.3, 0.9]
