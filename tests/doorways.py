"""Every way into the house, read from the house itself: method, address, and the shape of what is asked for."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec

from api.app import ACTS
from submissions.archiving.walk import tables

API = Path(__file__).parents[1] / "api"
PARAMETER = re.compile(r"\{(\w+)\}")
KNOWN_AS = {
    "act": "grid_change", "act_id": "live_act", "apart_id": "apart", "batch_id": "announcement", "code_id": "waiver_code",
    "conflict_id": "conflict_of_interest", "file_id": "film_file", "invitation_id": "member_invitation",
    "letter": "letter", "line": "outbox", "line_id": "programme_order", "list_id": "invitation_list", "mapping_id": "import_mapping",
    "number": "", "order_id": "programme_order", "phase_id": "committee_phase", "plan_id": "assignment_plan",
    "planned_id": "planned_publication", "programme": "programme", "question": "question", "remark_id": "talk_remark",
    "request_id": "merge_request", "run_id": "plan_run", "seat_id": "meeting_person", "shared_id": "jury",
    "sheet_id": "score_sheet", "upload_id": "film_file", "variant_id": "grid_variant", "comment_id": "screening_comment",
    "export_id": "data_export", "film": "submission", "track": "subtitle", "fix_id": "fix_request",
    "own_import_id": "import", "picture_id": "film_picture", "trailer_id": "trailer", "told_id": "told_screening",
    "wish_id": "ticket_wish", "package_id": "package_upload",
}  # fmt: skip
"""Parameters that are called otherwise than the table whose row they name."""


class Doorway(msgspec.Struct, frozen=True):
    """One method at one address; `shape` is what it reads, as a form or as JSON."""

    method: str
    path: str
    shape: Any = None
    is_form: bool = False

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)


def doorways(app: Any) -> list[Doorway]:
    """All of them, pages and programs' alike."""
    shapes = dict(shapes_by_function())
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            shape, is_form = shapes.get(handler.fn, (None, False))
            for method in handler.http_methods:
                found[method, route.path_format] = Doorway(method, route.path_format, shape, is_form)
    return [found[one] for one in sorted(found)]


def shapes_by_function() -> Iterator[tuple[Any, tuple[Any, bool]]]:
    for act in ACTS:
        if act.page is not None:
            yield act.page.fn, (closed_over(act.page.fn, "shape"), True)
        if act.json is not None and "data" in act.json.fn.__annotations__:
            asked = act.json.fn.__annotations__["data"]
            yield act.json.fn, ((get_args(asked) or (asked,))[0], False)


def closed_over(function: Any, name: str) -> Any:
    """A name that a function has from where it was made."""
    names = function.__code__.co_freevars
    return function.__closure__[names.index(name)].cell_contents if name in names else None


def table_of(parameter: str) -> str:
    """The table whose row an address names so; nothing, where it names none."""
    name = KNOWN_AS.get(parameter, parameter.removesuffix("_id"))
    return name if name in tables() else ""


@cache
def queries() -> list[str]:
    """Every word that some page or program looks for behind its question mark."""
    looked_for = re.compile(r"""(?:query_params|asked|given|typed)\.get(?:all)?\(\s*"(\w+)"|(\w+): FromQuery""")
    found = {name for path in API.rglob("*.py") for pair in looked_for.findall(path.read_text()) for name in pair}
    return sorted(found - {""})
