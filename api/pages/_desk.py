"""The edition desk: the rooms where an operator sets an edition up."""

from typing import Any

from litestar import Response

from api.pages._page import DESK, PLANNING, page
from api.request import AnyRequest
from festival.access import Viewer
from festival.tables import Role


def desk_page(request: AnyRequest, template: str, **context: Any) -> Response[str]:
    """A room of the desk: a template that extends `operator/desk.html`."""
    return page(request, template, rooms=rooms_for(request.state["viewer"]), **context)


def planning_page(request: AnyRequest, template: str, **context: Any) -> Response[str]:
    """A room of the programmers': the same template, beside their own rooms."""
    return page(request, template, rooms=PLANNING, **context)


def rooms_for(viewer: Viewer) -> list[tuple[str, tuple[str, ...]]]:
    """All rooms for operators; who comes as a chair finds the sheets and the committee's phases."""
    if viewer.has(Role.OPERATOR):
        return DESK
    shared = [(group, tuple(one for one in rooms if one in SHARED)) for group, rooms in DESK]
    return [(group, rooms) for group, rooms in shared if rooms]


SHARED = frozenset({"/operator/sheets", "/operator/phases"})
"""Rooms that are not for operators alone."""
