"""Fifteen right backward passes, each in a style of its own, with an `example` to run it at."""

from __future__ import annotations

STYLES = (
    "plain_functions",
    "cache_of_values",
    "network_class",
    "chain_of_layers",
    "loop_over_layers",
    "one_example_at_a_time",
    "plain_floats",
    "through_time",
    "short_names",
    "layer_norm",
    "attention",
    "convolution",
    "with_update",
    "residual",
    "by_hand",
)
