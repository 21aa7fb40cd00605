"""The edition desk: the rooms where an operator sets an edition up."""

from typing import Any

from litestar import Response

from api.pages._page import DESK, page
from api.request import AnyRequest


def desk_page(request: AnyRequest, template: str, **context: Any) -> Response[str]:
    """A room of the desk: a template that extends `operator/desk.html`."""
    return page(request, template, rooms=DESK, **context)
