"""What a handler is given: Litestar's request, without a type for person, session and state."""

from typing import Any

from litestar import Request

AnyRequest = Request[Any, Any, Any]
