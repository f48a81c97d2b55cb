"""What deep learning builds from the other functions: convolution, pooling, layer norm, attention, dropout.

Plain functions of traced values, so that the Program shows every step and differentiates by itself. NumPy has
none of them; `backsight.numpy` has.
"""

from __future__ import annotations

import math
from typing import Any

from backsight.errors import ShapeError, TraceError
from backsight.ops.shapes import broadcast_shapes, normal_axes, show
from backsight.ops.value import apply
from backsight.tracing.functions.common import Table, rank, values
from backsight.tracing.functions.joining import pad
from backsight.tracing.functions.linalg import matmul
from backsight.tracing.functions.shaping import broadcast_to, matrix_transpose


def _per_axis(given: Any, count: int, what: str) -> tuple[int, ...]:
    """One whole number for each axis; one number stands for all of them."""
    numbers = tuple(given) if isinstance(given, tuple | list) else (given,) * count
    if len(numbers) != count or not all(isinstance(n, int) for n in numbers):
        raise ShapeError(f"{what} must be a whole number, or {count} of them, not {given!r}")
    return numbers


def _windows(x: Any, sizes: Any, stride: Any, padding: Any, dilation: Any, filler: float) -> Any:
    """Windows over the axes behind the first two; their own axes come last."""
    count = rank(x) - 2
    widths = _per_axis(padding, count, "the padding")
    if any(widths):
        around = ((0, 0), (0, 0), *((w, w) for w in widths))
        x = pad(x, around, constant_values=filler)
    return apply(
        "window",
        x,
        axes=tuple(range(2, 2 + count)),
        sizes=sizes,
        strides=_per_axis(stride, count, "the stride"),
        dilations=_per_axis(dilation, count, "the dilation"),
    )


def _convolution(
    x: Any, weights: Any, bias: Any, stride: Any, padding: Any, dilation: Any, count: int
) -> Any:
    x, weights = values(x, weights)
    if rank(x) != count + 2 or rank(weights) != count + 2 or x.type.shape[1] != weights.type.shape[1]:
        raise ShapeError(
            f"conv{count}d of {show(x.type.shape)} with weights {show(weights.type.shape)} does not fit",
            remedy="shapes are (examples, channels in, ...) and (channels out, channels in, ...)",
        )
    seen = _windows(x, weights.type.shape[2:], stride, padding, dilation, 0.0)
    places, window = "hwd"[:count], "ijk"[:count]
    out = apply("contract", seen, weights, spec=f"nc{places}{window},oc{window}->no{places}")
    if bias is None:
        return out
    (bias,) = values(bias) if hasattr(bias, "type") else values(bias, x)[:1]
    return out + apply("expand_dims", bias, axes=tuple(range(1, count + 1)))


def conv1d(
    x: Any, weights: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1
) -> Any:
    """Convolution (without turning the weights round, as is usual for nets) of signals with channels.

    Args:
        x: (n, c, length).
        weights: (out, c, size).
        bias: (out,), added to each channel.
        padding: zeros at both ends.

    Returns:
        (n, out, (length + 2 * padding - (size - 1) * dilation - 1) // stride + 1).
    """
    return _convolution(x, weights, bias, stride, padding, dilation, 1)


def conv2d(
    x: Any, weights: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1
) -> Any:
    """Convolution of images with channels; see `conv1d`.

    Args:
        x: (n, c, height, width).
        weights: (out, c, rows, columns).
        stride, padding, dilation: a number, or one for each of height and width.
    """
    return _convolution(x, weights, bias, stride, padding, dilation, 2)


def max_pool2d(x: Any, size: Any, stride: Any = None, padding: Any = 0) -> Any:
    """The largest number of each window of (n, c, height, width); windows lie side by side unless told."""
    seen = _pooled(x, size, stride, padding, -math.inf, "max_pool2d")
    return apply("max", seen, axes=(4, 5), keepdims=False)


def avg_pool2d(x: Any, size: Any, stride: Any = None, padding: Any = 0) -> Any:
    """The mean of each window; padding counts as zeros."""
    seen = _pooled(x, size, stride, padding, 0.0, "avg_pool2d")
    return apply("mean", seen, axes=(4, 5), keepdims=False)


def _pooled(x: Any, size: Any, stride: Any, padding: Any, filler: float, name: str) -> Any:
    (x,) = values(x)
    if rank(x) != 4:
        raise ShapeError(f"{name} takes (examples, channels, height, width), not {show(x.type.shape)}")
    sizes = _per_axis(size, 2, "the size")
    return _windows(x, sizes, sizes if stride is None else stride, padding, 1, filler)


def layer_norm(x: Any, scale: Any = None, shift: Any = None, axis: Any = -1, epsilon: float = 1e-5) -> Any:
    """x less its mean, over its deviation, along an axis; then `* scale + shift` where given.

    Source: Ba, Kiros & Hinton, "Layer Normalization" (2016).
    """
    (x,) = values(x)
    axes = normal_axes(axis, rank(x))
    centred = x - apply("mean", x, axes=axes, keepdims=True)
    variance = apply("mean", centred**2, axes=axes, keepdims=True)
    result = centred / apply("sqrt", variance + epsilon)
    result = result if scale is None else result * scale
    return result if shift is None else result + shift


def attention(query: Any, key: Any, value: Any, mask: Any = None, scale: Any = None) -> Any:
    """Scaled dot-product attention: softmax(query @ keyᵀ / √d) @ value, for any leading axes.

    Args:
        query: (..., n, d); key: (..., m, d); value: (..., m, e).
        mask: true where a query may look, (..., n, m).
        scale: in the place of 1 / √d.

    Source: Vaswani et al., "Attention Is All You Need" (2017).
    """
    query, key, value = values(query, key, value)
    size = query.type.shape[-1]
    if scale is None and not isinstance(size, int):
        raise ShapeError(f"the size {size!r} of a query must be known", remedy="pass scale")
    products = matmul(query, matrix_transpose(key))
    scores = products / math.sqrt(size) if scale is None else products * scale
    if mask is not None:
        scores, mask = values(scores, mask)
        if mask.type.dtype != "bool":
            raise TraceError("the mask must be true where a query may look", remedy="pass mask > 0")
        scores = apply("where", mask, scores, -math.inf)
    return matmul(apply("softmax", scores, axis=rank(scores) - 1), value)


def dropout(x: Any, mask: Any, rate: float = 0.5) -> Any:
    """x where the given mask is 1 (or true), else 0; the rest is scaled up by 1 / (1 - rate).

    The mask is drawn outside, so that the function stays one: `mask = rng.random(x.shape) >= rate`.
    """
    if not 0 <= rate < 1:
        raise TraceError(f"a dropout rate of {rate} leaves nothing", remedy="0 <= rate < 1")
    x, mask = values(x, mask)
    shape = broadcast_shapes([x.type.shape, mask.type.shape])
    return broadcast_to(x, shape) * mask / (1 - rate)


TABLE: Table = {
    "conv1d": conv1d,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "layer_norm": layer_norm,
    "attention": attention,
    "scaled_dot_product_attention": attention,
    "dropout": dropout,
}
