"""Which of two variants of each segment a viewer is shown. Pure, and all that a door needs to know."""

import hashlib
import hmac

FOLDERS = ("m0", "m1")
"""Where the variants lie, in the order of their bit."""
DOOR = "m"
"""What a viewer's playlist calls whichever is theirs."""

ViewerCode = tuple[int, ...]


def marked_key(file_id: str) -> str:
    """Where both variants of a copy lie; the door of the copy alone leads there."""
    return f"{file_id}mark"


def bits(key: bytes, count: int) -> ViewerCode:
    """The variant of each segment that the viewer with this key is shown."""
    blocks = (
        hmac.digest(key, block.to_bytes(4, "big"), hashlib.sha256)
        for block in range(-(-count // 256))
    )
    stream = b"".join(blocks)
    return tuple(stream[place // 8] >> place % 8 & 1 for place in range(count))
