"""Pages of this reader: committee."""

from typing import Any

HANDLERS: list[Any] = []
