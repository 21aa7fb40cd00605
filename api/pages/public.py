"""Pages of this reader: public."""

from typing import Any

HANDLERS: list[Any] = []
OUTSIDE: list[Any] = []
