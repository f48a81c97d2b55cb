"""Nets of the sandbox's family: a few dozen of the comparisons that `make fuzz` makes by the thousand."""

from __future__ import annotations

from dataclasses import replace

from backsight.models.nets import ACTIVATIONS, OUTPUTS, Net, family
from tests.nets_agree import compare
from tests.random_nets import random_net


def test_gradients_of_random_nets() -> None:
    """Every activation with every output at two depths, widths and data drawn: 36 nets."""
    nets = [Net(depth, a, o) for a in ACTIVATIONS for o in OUTPUTS for depth in (0, 1, 3)]
    verdict = compare(random_net(seed, net) for seed, net in enumerate(nets))
    assert not verdict.failures, "\n".join(verdict.failures)
    assert verdict.nets == 36 and verdict.differences > 200


def test_the_deepest_nets() -> None:
    verdict = compare([random_net(1, Net(6, "tanh", "softmax")), random_net(2, Net(6, "relu", "squared"))])
    assert not verdict.failures, "\n".join(verdict.failures)


def test_saturated_and_silent_units() -> None:
    """Huge weights, all ReLUs dead: the same numbers everywhere still, and no NaN."""
    examples = []
    for seed, activation in enumerate(ACTIVATIONS):
        example = random_net(seed, Net(2, activation, OUTPUTS[seed % 2]))
        huge = tuple(30 * p - 20 * (p.ndim == 1) for p in example.parameters)
        examples.append(replace(example, parameters=huge))
    verdict = compare(examples, with_differences=False)
    assert not verdict.failures, "\n".join(verdict.failures)


def test_the_family_is_what_the_sandbox_offers() -> None:
    assert len({net.id for net in family()}) == 7 * 6 * 2
