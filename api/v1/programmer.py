"""JSON: programmer."""

from typing import Any

HANDLERS: list[Any] = []
