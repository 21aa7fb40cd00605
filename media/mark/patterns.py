"""What the two variants of a segment differ by: broad, faint clouds of light, lighter in one where they are
darker in the other.

A cloud is as wide as a twentieth of the picture: finer ones do not outlive a smaller size and a hard
encoder, wider ones look like light. They rise and fade within a segment, so that nothing changes at a cut.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

GreyPicture = NDArray[np.float32]

WIDE, HIGH = 24, 14
"""Clouds in a row, and in a column."""
STEPS = (1, 2, 2, 2, 2, 2, 2, 1)
"""How many of 255 levels a cloud has in each eighth of a segment."""
NEUTRAL = 128


def clouds(key: bytes, segment: int) -> GreyPicture:
    """`HIGH` × `WIDE` signs, +1 or -1, half of each: the picture's light as a whole stays the same."""
    seed = int.from_bytes(hashlib.sha256(key + segment.to_bytes(4, "big")).digest()[:8], "big")
    signs = np.ones(WIDE * HIGH, np.float32)
    signs[: signs.size // 2] = -1
    np.random.default_rng(seed).shuffle(signs)
    return signs.reshape(HIGH, WIDE)


def film(key: bytes, segments: int) -> bytes:
    """Grey pictures of `WIDE` × `HIGH`, eight a segment, for an encoder to add or to take away."""
    steps = np.array(STEPS, np.float32)[:, None, None]
    pictures = (NEUTRAL + steps * clouds(key, segment) for segment in range(segments))
    return b"".join(one.astype(np.uint8).tobytes() for one in pictures)
