# %% xor_by_lists · pure Python lists, random weights
import math
import random

random.seed(1)
W1 = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(3)]

def xor_loss(b1, w2, b2):
    loss = 0
    for x, t in [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]:
        hidden = [1 / (1 + math.exp(-(sum(w * xi for w, xi in zip(row, x)) + b))) for row, b in zip(W1, b1)]
        out = sum(w * h for w, h in zip(w2, hidden)) + b2
        loss += (out - t) ** 2
    return loss / 4
# %% at
b1 = [0.1, -0.2, 0.3]
w2 = [0.5, -0.4, 0.9]
b2 = 0.1

# %% sequential_module · class hierarchy like torch.nn
import numpy as np

class Module:
    def __call__(self, x):
        return self.forward(x)


class Linear(Module):
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return x @ self.weight.T + self.bias


class ReLU(Module):
    def forward(self, x):
        return np.maximum(x, 0)


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules

    def forward(self, x):
        for module in self.modules:
            x = module(x)
        return x


def criterion(W1, b1, W2, b2):
    model = Sequential(Linear(W1, b1), ReLU(), Linear(W2, b2))
    x = np.array([[1.0, 2.0], [-0.5, 0.3], [0.2, -1.0]])
    return np.abs(model(x) - 0.5).mean()
# %% at
W1 = [[0.5, -0.2], [0.1, 0.9], [-0.6, 0.4]]
b1 = [0.1, 0.0, -0.1]
W2 = [[0.3, -0.8, 0.7]]
b2 = [0.2]

# %% relu_variants · np.where, np.clip, methods
import numpy as np

def relu6(x):
    return np.clip(x, 0, 6)

def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, slope * x)

def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))

def hard_sigmoid(x):
    return relu6(x + 3) / 6

def mish(x):
    return x * np.tanh(np.log1p(np.exp(x)))

def total(x):
    return sum(f(x).sum() for f in (relu6, leaky_relu, elu, hard_sigmoid, mish))
# %% at
x = [-2.5, -0.4, 0.7, 7.0]

# %% gelu_by_erf · math.erf and scipy.special.erf
import math
from scipy.special import erf

def gelu(x):
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))

def f(x):
    return gelu(x).sum()
# %% at
x = [-1.0, 0.3, 2.0]

# %% softmax_attention_head · matmul, division, mask with -inf
import numpy as np

def softmax(x):
    x = x - x.max(-1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(-1, keepdims=True)

def causal_attention(q, k, v):
    n, d = q.shape
    scores = q @ k.T / np.sqrt(d)
    mask = np.triu(np.ones((n, n)), k=1).astype(bool)
    scores = np.where(mask, -np.inf, scores)
    return np.sum((softmax(scores) @ v) ** 2)
# %% at
q = [[0.1, 0.5], [-0.3, 0.8], [0.9, -0.2]]
k = [[0.4, -0.1], [0.2, 0.6], [-0.5, 0.3]]
v = [[1.0, 0.2], [-0.4, 0.7], [0.3, -0.9]]

# %% einsum_multi_head · einsum, reshape, transpose
import numpy as np

def attention(x, Wq, Wk):
    b, t, c = 2, 3, 4
    q = np.einsum("btc,chd->bhtd", x, Wq.reshape(c, 2, 2))
    k = np.einsum("btc,chd->bhtd", x, Wk.reshape(c, 2, 2))
    att = np.einsum("bhqd,bhkd->bhqk", q, k) / np.sqrt(2)
    att = np.exp(att) / np.exp(att).sum(axis=-1, keepdims=True)
    out = np.einsum("bhqk,bkc->bqhc", att, x)
    return np.mean(out**2)
# %% at, by Wq Wk
x = np.sin(np.arange(24.0)).reshape(2, 3, 4)
Wq = np.cos(np.arange(16.0)).reshape(4, 4)
Wk = np.cos(np.arange(16.0) * 0.7 + 1).reshape(4, 4)

# %% next_letter_rnn · dictionaries by time, one entry of a column set to 1
import numpy as np

def surprise(Wx, Wh, Wy, bias):
    word = [0, 2, 1, 1]
    column, state = {}, {-1: np.zeros((2, 1))}
    total = 0
    for t, (letter, following) in enumerate(zip(word, word[1:])):
        column[t] = np.zeros((3, 1))
        column[t][letter] = 1
        state[t] = np.tanh(Wx @ column[t] + Wh @ state[t - 1] + bias)
        scores = Wy @ state[t]
        chances = np.exp(scores) / np.sum(np.exp(scores))
        total -= np.log(chances[following, 0])
    return total
# %% at
Wx = [[0.1, -0.2, 0.3], [0.5, 0.4, -0.6]]
Wh = [[0.2, 0.1], [-0.3, 0.5]]
Wy = [[0.7, -0.1], [0.2, 0.4], [-0.5, 0.3]]
bias = [[0.0], [0.1]]

# %% lstm_split · np.split, np.concatenate
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def lstm(W, b):
    h = np.zeros(2)
    c = np.zeros(2)
    for x in ([0.5, -1.0], [1.0, 0.2]):
        z = W @ np.concatenate([h, np.array(x)]) + b
        i, f, o, g = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h @ h
# %% at
W = 0.5 * np.sin(np.arange(32.0)).reshape(8, 4)
b = 0.1 * np.cos(np.arange(8.0))

# %% gru_cell_class · class, hstack
import numpy as np

class GRUCell:
    def __init__(self, Wz, Wr, Wh):
        self.Wz, self.Wr, self.Wh = Wz, Wr, Wh

    def step(self, x, h):
        xh = np.hstack((x, h))
        z = 1 / (1 + np.exp(-self.Wz.dot(xh)))
        r = 1 / (1 + np.exp(-self.Wr.dot(xh)))
        candidate = np.tanh(self.Wh.dot(np.hstack((x, r * h))))
        return (1 - z) * h + z * candidate


def loss(Wz, Wr, Wh):
    cell = GRUCell(Wz, Wr, Wh)
    h = np.zeros(2)
    for x in np.array([[0.3], [-0.8], [1.1]]):
        h = cell.step(x, h)
    return np.linalg.norm(h) ** 2
# %% at
Wz = [[0.1, 0.4, -0.2], [0.3, -0.5, 0.6]]
Wr = [[-0.7, 0.2, 0.1], [0.9, 0.3, -0.4]]
Wh = [[0.5, -0.6, 0.8], [0.2, 0.7, -0.1]]

# %% conv2d_by_loops · nested loops, a list of lists into an array
import numpy as np

def conv2d(image, kernel):
    H, W = image.shape
    h, w = kernel.shape
    return np.array([[np.sum(image[i:i + h, j:j + w] * kernel) for j in range(W - w + 1)]
                     for i in range(H - h + 1)])

def loss(kernel):
    image = np.arange(16.0).reshape(4, 4) / 10
    out = np.maximum(conv2d(image, kernel), 0)
    return out.mean() + out.max()
# %% at
kernel = [[0.5, -0.3], [0.2, 0.1]]

# %% max_pool_reshape · reshape, max over axes
import numpy as np

def pooled(x):
    blocks = x.reshape(2, 2, 2, 2)
    return np.sum(blocks.max(axis=(1, 3)) ** 2) + blocks.mean(axis=(1, 3)).std()
# %% at
x = [[0.1, 0.9, 0.4, 0.3], [0.5, 0.2, 0.8, 0.7], [1.1, 0.0, 0.6, 1.3], [0.35, 1.2, 0.45, 0.15]]

# %% convolution_same · np.convolve
import numpy as np

def matched(kernel, signal):
    return np.sum(np.convolve(signal, kernel, mode="same") ** 2) + np.convolve(signal, kernel)[2]
# %% at
kernel = [0.2, 0.5, -0.3]
signal = [1.0, 0.0, 0.5, -1.0, 0.8]

# %% rms_norm_rope · slicing with steps, rotary positions
import numpy as np

def rms_norm(x, g):
    return x * g / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)

def rope(x):
    n, d = x.shape
    angle = np.arange(n)[:, None] / 10.0 ** (np.arange(0, d, 2) / d)
    x1, x2 = x[:, ::2], x[:, 1::2]
    return np.concatenate([x1 * np.cos(angle) - x2 * np.sin(angle), x1 * np.sin(angle) + x2 * np.cos(angle)], axis=1)

def score(x, g):
    r = rope(rms_norm(x, g))
    return (r @ r.T)[0, 2]
# %% at
x = [[0.1, 0.7, -0.4, 0.9], [1.0, -0.3, 0.2, 0.5], [-0.8, 0.6, 0.3, -0.1]]
g = [1.0, 0.9, 1.1, 0.8]

# %% embedding_bag · fancy indexing with lists
import numpy as np

def bag(E):
    sentences = [[0, 2, 2], [3, 1]]
    vectors = np.stack([E[tokens].mean(axis=0) for tokens in sentences])
    a, b = vectors
    return a @ b / (np.sqrt(a @ a) * np.sqrt(b @ b))
# %% at
E = [[0.1, 0.5], [-0.4, 0.3], [0.8, -0.6], [0.2, 0.9]]

# %% skip_gram_negative · log sigmoid, sampling by a list
import numpy as np

def log_sigmoid(x):
    return -np.logaddexp(0, -x)

def skip_gram(U, V):
    loss = 0
    for center, context, negatives in [(0, 1, [2, 3]), (2, 0, [1, 1])]:
        loss -= log_sigmoid(U[center] @ V[context])
        loss -= sum(log_sigmoid(-U[center] @ V[n]) for n in negatives)
    return loss
# %% at
U = [[0.1, 0.5], [-0.4, 0.3], [0.8, -0.6], [0.2, 0.9]]
V = [[0.3, -0.2], [0.6, 0.1], [-0.5, 0.4], [0.7, -0.8]]

# %% autoencoder_tied · tied weights, transposes
import numpy as np

def autoencoder(W, b, c):
    X = np.array([[1.0, 0.5, -0.2], [0.3, -0.9, 0.8]])
    H = 1 / (1 + np.exp(-(X @ W + b)))
    R = H @ W.T + c
    rho = H.mean(axis=0)
    sparsity = np.sum(0.1 * np.log(0.1 / rho) + 0.9 * np.log(0.9 / (1 - rho)))
    return np.mean(np.sum((X - R) ** 2, axis=1)) + 0.05 * sparsity
# %% at
W = [[0.2, -0.5], [0.6, 0.1], [-0.3, 0.7]]
b = [0.0, 0.1]
c = [0.1, 0.0, -0.1]

# %% vae_elbo · reparametrisation, split by slices
import numpy as np

def elbo(We, Wd):
    x = np.array([0.5, -0.3, 0.8])
    eps = np.array([0.2, -1.1])
    enc = We @ x
    mu, log_var = enc[:2], enc[2:]
    z = mu + np.exp(0.5 * log_var) * eps
    recon = -0.5 * np.sum((x - np.tanh(Wd @ z)) ** 2)
    kl = -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var))
    return recon - kl
# %% at
We = [[0.1, 0.4, -0.2], [0.3, -0.5, 0.6], [0.2, 0.1, 0.0], [-0.3, 0.2, 0.1]]
Wd = [[0.5, -0.2], [0.1, 0.7], [-0.6, 0.3]]

# %% gan_losses · nested functions, log of sigmoids
import numpy as np

def game(g, d):
    noise = np.linspace(-1, 1, 4)
    real = np.array([0.9, 1.1, 1.3, 0.7])

    def generator(z):
        return g[0] + g[1] * z

    def discriminator(x):
        return 1 / (1 + np.exp(-(d[0] * x + d[1] * x**2 + d[2])))

    fake = generator(noise)
    return np.mean(np.log(discriminator(real))) + np.mean(np.log(1 - discriminator(fake)))
# %% at
g = [0.3, 0.8]
d = [0.5, -0.2, 0.1]

# %% highway_residual · gates, repeated blocks with zip(*…)
import numpy as np

def deep(Ws, Ts):
    h = np.array([0.4, -0.6])
    for W, T in zip(Ws, Ts):
        gate = 1 / (1 + np.exp(-(T @ h - 1)))
        h = gate * np.tanh(W @ h) + (1 - gate) * h
    return h.prod()
# %% at
Ws = np.sin(np.arange(12.0)).reshape(3, 2, 2)
Ts = np.cos(np.arange(12.0)).reshape(3, 2, 2)

# %% mixture_of_experts · top choice by argmax, softmax gates
import numpy as np

def moe(Wg, experts):
    total = 0.0
    for x in np.array([[1.0, 0.2], [-0.5, 0.8]]):
        gates = np.exp(Wg @ x) / np.sum(np.exp(Wg @ x))
        best = np.argmax(gates)
        total += gates[best] * np.sum((experts[best] @ x) ** 2)
    return total
# %% at
Wg = [[0.5, -0.2], [0.1, 0.9]]
experts = [[[0.3, 0.1], [0.2, -0.4]], [[-0.6, 0.5], [0.7, 0.8]]]

# %% policy_gradient · returns by a reversed loop
import numpy as np

def surrogate(theta):
    states = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    actions = [1, 0, 1]
    rewards = [1.0, -0.5, 2.0]
    returns = []
    G = 0.0
    for r in reversed(rewards):
        G = r + 0.9 * G
        returns.insert(0, G)
    logits = states @ theta
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    chosen = np.array([logp[t, a] for t, a in enumerate(actions)])
    return -np.sum(chosen * np.array(returns))
# %% at
theta = [[0.2, -0.1], [0.4, 0.3]]

# %% graph_message_passing · adjacency as a list of edges
import numpy as np

EDGES = [(0, 1), (1, 2), (2, 0), (2, 3)]

def message_passing(H, W):
    for _ in range(2):
        messages = [np.zeros(2) for _ in range(4)]
        for i, j in EDGES:
            messages[j] = messages[j] + W @ H[i]
            messages[i] = messages[i] + W @ H[j]
        H = np.tanh(np.array(messages) + H)
    return H.sum(axis=0).max()
# %% at
H = [[0.1, 0.5], [-0.4, 0.3], [0.8, -0.6], [0.2, 0.9]]
W = [[0.5, -0.3], [0.2, 0.7]]

# %% hopfield_energy · outer products, np.sign data
import numpy as np

def energy(x, beta):
    patterns = np.sign(np.sin(np.arange(12.0) * 1.7 + 0.3)).reshape(3, 4)
    lse = np.log(np.sum(np.exp(beta * patterns @ x))) / beta
    hebb = sum(np.outer(p, p) for p in patterns) / 4
    return -lse + 0.5 * x @ x - 0.1 * x @ hebb @ x
# %% at
x = [0.3, -0.6, 0.8, 0.1]
beta = 1.5
