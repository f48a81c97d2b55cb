"""The generator gives the numbers that web/src/engine/random.test.ts expects of the browser's."""

from backsight.models.random import Random


def test_golden_values() -> None:
    bits = Random(1, 3)
    assert [bits.bits() for _ in range(4)] == [2643754875, 1334159240, 1897109312, 1438028902]
    assert Random(1, 3).uniforms(3) == [0.6155471452372756, 0.4417051846892922, 0.2994663159126755]
    third = Random(4294967295, 4, 7)
    assert [third.bits(), third.bits()] == [1464538551, 3286967342]
    assert Random(0, 0).bits() == 594849490
    assert Random().bits() == 1292791899
    assert Random(7, 4, 2).permutation(10) == [9, 4, 1, 2, 5, 6, 3, 0, 8, 7]


def test_uniform_stays_in_range() -> None:
    drawn = Random(5, 1).uniforms(10_000)
    assert all(0 <= u < 1 for u in drawn)
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.01
