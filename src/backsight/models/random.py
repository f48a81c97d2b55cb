"""Random numbers that are the same everywhere: xoshiro128** (Blackman and Vigna, 2018) on 32-bit integers.

`web/src/engine/random.ts` is the same generator; the tests of both share their golden values. The streams
keep purposes apart: asking for one more point never changes the weights.
"""

from __future__ import annotations

DATA, SPLIT, START, ORDER, PUSH = 1, 2, 3, 4, 5

_MASK = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9


def _scramble(word: int) -> int:
    """Scramble 32 bits reversibly (the finaliser of MurmurHash3)."""
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & _MASK
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & _MASK
    return word ^ (word >> 16)


def _rotate(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & _MASK


class Random:
    """A sequence of random numbers, fixed by its keys.

    Args:
        keys: integers from 0 to 2**32 - 1, most often a seed and a stream.
    """

    def __init__(self, *keys: int) -> None:
        state, words = _GOLDEN, []
        for key in keys:
            state = (_scramble(state ^ (key & _MASK)) + _GOLDEN) & _MASK
        for _ in range(4):
            state = (state + _GOLDEN) & _MASK
            words.append(_scramble(state))
        self._state = words

    def bits(self) -> int:
        """32 random bits, as an integer."""
        a, b, c, d = self._state
        result = (_rotate((b * 5) & _MASK, 7) * 9) & _MASK
        c, d = c ^ a, d ^ b
        self._state = [a ^ d, b ^ c, c ^ ((b << 9) & _MASK), _rotate(d, 11)]
        return result

    def uniform(self) -> float:
        """Uniform in [0, 1), with 53 random bits."""
        high, low = self.bits() >> 5, self.bits() >> 6
        return (high * 67108864 + low) / 9007199254740992

    def uniforms(self, count: int) -> list[float]:
        """`count` draws of `uniform`."""
        return [self.uniform() for _ in range(count)]

    def below(self, count: int) -> int:
        """An integer from 0 to `count` - 1."""
        return int(self.uniform() * count)

    def permutation(self, count: int) -> list[int]:
        """The numbers 0 … count - 1 in random order (Fisher and Yates)."""
        order = list(range(count))
        for i in range(count - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order
