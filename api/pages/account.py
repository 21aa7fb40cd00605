"""Pages of this reader: account."""

from typing import Any

HANDLERS: list[Any] = []
