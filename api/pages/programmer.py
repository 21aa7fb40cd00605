"""Pages of this reader: programmer."""

from typing import Any

HANDLERS: list[Any] = []
