"""Pages of this reader: filmmaker."""

from typing import Any

HANDLERS: list[Any] = []
