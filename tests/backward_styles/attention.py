"""One head of attention: the softmax's gradient by rows, and the input used three times."""

import numpy as np


def softmax(scores):
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def forward(X, Wq, Wk, Wv, T):
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = Q @ K.T / np.sqrt(3.0)
    A = softmax(S)
    Y = A @ V
    return np.sum((Y - T) ** 2)


def backward(X, Wq, Wk, Wv, T):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    scale = np.sqrt(3.0)
    A = softmax(Q @ K.T / scale)
    gY = 2 * (A @ V - T)
    gA = gY @ V.T
    gV = A.T @ gY
    gS = A * (gA - np.sum(gA * A, axis=-1, keepdims=True))
    gQ = gS @ K / scale
    gK = gS.T @ Q / scale
    gX = gQ @ Wq.T + gK @ Wk.T + gV @ Wv.T
    return gX, X.T @ gQ, X.T @ gK, X.T @ gV


r = np.random.default_rng(12)
example = (
    r.normal(size=(4, 3)),
    r.normal(size=(3, 3)),
    r.normal(size=(3, 3)),
    r.normal(size=(3, 3)),
    r.normal(size=(4, 3)),
)
