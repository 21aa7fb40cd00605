"""Pages of this reader: operator."""

from typing import Any

HANDLERS: list[Any] = []
