"""One way to draw a page: the context that every template gets, and the page of an error."""

import re
from functools import partial
from typing import Any

from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState
from markupsafe import escape

from api.auth import csrf_token, settings_of, visitor, visitor_cookie_name
from api.drawing import environment, of_every_page
from api.refusals import status_of, told_of
from api.request import AnyRequest
from festival import clock, language
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import spoken
from festival.tables import Edition, Role

WORTH_KEEPING = 20  # characters: whoever wrote fewer writes them again
NOT_WRITTEN = frozenset(
    {"password", "old", "proof_password", "proof_code", "next", "token", "half", "code", "drawn"}
)  # a secret, or the page's own


class LazyToken:
    """Drawn only where a form asks for it: public pages set no cookie."""

    def __init__(self, request: AnyRequest) -> None:
        self.request = request
        self.drawn = False

    def __str__(self) -> str:
        self.drawn = True
        return csrf_token(self.request)

    __html__ = __str__


def language_of(request: AnyRequest) -> str:
    """The address decides; JSON callers may ask by header."""
    first = request.url.path.split("/")[1] if request.url.path.count("/") else ""
    if first in spoken():
        return first
    return language.preferred(request.headers.get("accept-language", ""))


def prefix_of(request: AnyRequest) -> str:
    """`/fr/2027` of the address; the current edition stands in where the address names none."""
    slug = request.path_params.get("edition") or request.app.state.get("current_edition", "")
    return f"/{language_of(request)}/{slug}" if slug else f"/{language_of(request)}"


def page(
    request: AnyRequest,
    template: str,
    *,
    error: FestivalError | None = None,
    status: int | None = None,
    headers: dict[str, str] | None = None,
    theme: str = "office",
    at: str | None = None,
    **context: Any,
) -> Response[str]:
    """Draw a template of `api/templates` for this request.

    `error` is why a form was refused: the page has its number, and finds its words in `told`.
    `at` is where the page lives, where a refused form has left its visitor somewhere else.
    """
    lang = language_of(request)
    token = LazyToken(request)
    drawn = partial(
        environment(lang).get_template(template).render,
        **shared(request, lang, at=at),
        csrf_token=token,
        theme=theme,
        told=told_of(lang, error),
        **context,
    )
    text = drawn()
    if error is not None and (lost := lost_from(text, request)):
        text = drawn(lost=lost)
    cookies = []
    name = visitor_cookie_name(settings_of(request))
    if token.drawn and not request.cookies.get(name):
        https = settings_of(request).public_url.startswith("https")
        cookies = [
            Cookie(
                key=name,
                value=visitor(request),
                httponly=True,
                secure=https,
                samesite="lax",
                path="/",
            )
        ]
    return Response(
        text,
        media_type=MediaType.HTML,
        status_code=status_of(error) if status is None else status,
        headers=headers,
        cookies=cookies,
    )


def text_of(request: AnyRequest, template: str, **context: Any) -> str:
    """A template that is no page of its own: paper."""
    lang = language_of(request)
    drawn = environment(lang).get_template(template)
    return str(drawn.render(**shared(request, lang), **context))


def shared(request: AnyRequest, lang: str, *, at: str | None = None) -> dict[str, Any]:
    """What `base.html` needs, whoever asks."""
    viewer: Viewer | None = request.state.get("viewer")
    edition: Edition | None = request.state.get("edition")
    prefix = prefix_of(request)
    current = request.url.path if at is None else prefix + at
    path = current.removeprefix(f"/{lang}")
    return of_every_page(lang, edition, prefix=prefix, path=path) | {
        "viewer": viewer if viewer is not None and viewer.is_known else None,
        "nav": nav(viewer, prefix=prefix, path=current),
        "site": request.state.get("site", []),
        "flash": request.query_params.getall("done", []),
        "now": clock.now(),
        "development": not settings_of(request).in_production,
    }


OFFICE = re.compile(
    r"^/[a-z]{2}/[^/]+/(?:account|submissions|committee|programmer|operator)(?:/|$)|^/api(?:/|$)"
)
NAV: list[tuple[Role | None, str, str]] = [
    (Role.FILMMAKER, "/submissions", "common.nav.films"),
    (Role.REVIEWER, "/committee", "common.nav.committee"),
    (Role.CHAIR, "/committee", "common.nav.committee"),
    (Role.CHAIR, "/committee/assignment", "common.nav.assignment"),
    (Role.REVIEWER, "/committee/talk", "common.nav.talk"),
    (Role.CHAIR, "/committee/talk", "common.nav.talk"),
    (Role.CHAIR, "/committee/decisions", "common.nav.decisions"),
    (Role.CHAIR, "/committee/announcements", "common.nav.announcements"),
    (Role.CHAIR, "/committee/figures", "common.nav.figures"),
    (Role.PROGRAMMER, "/programmer/grid", "common.nav.grid"),
    (Role.PROGRAMMER, "/programmer/programmes", "common.nav.programmes"),
    (Role.PROGRAMMER, "/programmer/venues", "common.nav.venues"),
    (Role.PROGRAMMER, "/programmer/guests", "common.nav.guests"),
    (Role.PROGRAMMER, "/programmer/live", "common.nav.live"),
    (Role.OPERATOR, "/programmer/live", "common.nav.live"),
    (Role.OPERATOR, "/operator/entries", "common.nav.entries"),
    (Role.OPERATOR, "/operator/edition", "common.nav.edition"),
    (Role.OPERATOR, "/operator/people", "common.nav.people"),
    (Role.OPERATOR, "/operator/letters", "common.nav.letters"),
    (Role.PROGRAMMER, "/programmer/materials", "common.nav.materials"),
    (Role.OPERATOR, "/operator/queue", "common.nav.queue"),
    (Role.OPERATOR, "/operator/record", "common.nav.record"),
]


DESK: list[tuple[str, tuple[str, ...]]] = [
    ("edition", ("/operator/edition", "/operator/editions", "/operator/site")),
    (
        "entries",
        (
            "/operator/sections",
            "/operator/form",
            "/operator/deadlines",
            "/operator/fees",
            "/operator/codes",
            "/operator/materials",
            "/programmer/confirmations",
            "/programmer/tickets",
            "/programmer/attendance",
            "/operator/answers",
        ),
    ),
    ("judging", ("/operator/policy", "/operator/sheets", "/operator/phases")),
    ("letters", ("/operator/texts", "/operator/reminders")),
    (
        "data",
        (
            "/operator/imports",
            "/operator/exports",
            "/operator/archive",
            "/operator/privacy",
            "/operator/retention",
            "/operator/backups",
        ),
    ),
]
"""The edition desk: groups of rooms, in the order in which somebody sets a festival up.

A room is its address, and its name the word `desk.room.<last part of it>`; a group's is
`desk.group.<group>`. Rooms that stand in the bar above every page are not told here again.
"""

PLANNING: list[tuple[str, tuple[str, ...]]] = [
    (
        "films",
        (
            "/programmer/programmes",
            "/programmer/blocks",
            "/programmer/candidates",
            "/programmer/visas",
        ),
    ),
    ("houses", ("/programmer/venues", "/programmer/reservations")),
    (
        "shared",
        (
            "/programmer/guests",
            "/programmer/confirmations",
            "/programmer/tickets",
            "/programmer/attendance",
            "/programmer/shared",
            "/programmer/pairs",
        ),
    ),
    (
        "plan",
        (
            "/programmer/rules",
            "/programmer/plans",
            "/programmer/happenings",
            "/programmer/what-if",
            "/programmer/audiences",
            "/programmer/robustness",
        ),
    ),
    ("minds", ("/programmer/variants", "/programmer/comments")),
    ("out", ("/programmer/papers", "/programmer/exchange")),
]
"""What programmers set up around the grid, told as `DESK` is."""

BELOW = {
    "/committee/conflicts": "/committee/assignment",
    "/committee/meeting": "/committee/decisions",
    "/committee/meetings": "/committee/decisions",
    "/programmer/plans": "/programmer/grid",
    "/programmer/happenings": "/programmer/grid",
    "/programmer/what-if": "/programmer/grid",
    "/programmer/audiences": "/programmer/grid",
    "/programmer/robustness": "/programmer/grid",
    "/programmer/publication": "/programmer/grid",
    "/programmer/publications": "/programmer/grid",
    "/programmer/rules": "/programmer/grid",
    "/programmer/exchange": "/programmer/grid",
    "/programmer/variants": "/programmer/grid",
    "/programmer/comments": "/programmer/grid",
    "/programmer/papers": "/programmer/grid",
    "/programmer/screens": "/programmer/venues",
    "/programmer/reservations": "/programmer/venues",
    "/programmer/blocks": "/programmer/programmes",
    "/programmer/films": "/programmer/programmes",
    "/programmer/visas": "/programmer/programmes",
    "/programmer/candidates": "/programmer/programmes",
    "/programmer/shared": "/programmer/guests",
    "/programmer/pairs": "/programmer/guests",
    **{room: "/operator/edition" for _, rooms in DESK for room in rooms},
    "/programmer/confirmations": "/programmer/guests",
    "/programmer/tickets": "/programmer/guests",
    "/programmer/attendance": "/programmer/guests",
}
"""Pages that belong to a room without lying below its address."""

OF_A_FILM = {
    "change": "/committee/decisions",
    "opinions": "/committee/decisions",
    "fit": "/committee/decisions",
    "talk": "/committee/talk",
}
"""Pages about one film of the committee, by how their address ends: their room."""


def nav(viewer: Viewer | None, *, prefix: str, path: str) -> list[tuple[str, str, bool]]:
    """The rooms this person may enter, the public programme first; the longest match is current."""
    roles = viewer.roles if viewer is not None else frozenset()
    places = [("/", "common.nav.programme")]
    places += [(place, key) for role, place, key in NAV if role in roles]
    places = list(dict.fromkeys(places))
    for inner, room in BELOW.items():
        if is_within(path, prefix, inner):
            path = prefix + room
    if is_within(path, prefix, "/committee/submissions"):
        path = prefix + OF_A_FILM.get(path.rpartition("/")[2], "/committee")
    current = max(
        (place for place, _ in places if is_within(path, prefix, place)),
        key=len,
        default="",
    )
    return [(prefix + place, key, place == current) for place, key in places]


def is_within(path: str, prefix: str, place: str) -> bool:
    """The programme is its own page only; every other room includes what lies below it."""
    if place == "/":
        return path.rstrip("/") == prefix
    return path == prefix + place or path.startswith(prefix + place + "/")


def back(request: AnyRequest, place: str, done: str = "", *, at: str = "") -> Redirect:
    """To a page, with a word of what was done, and to the place on it where one was."""
    anchor = f"#film-{at}" if at else ""
    word = f"{'&' if '?' in place else '?'}done={done}" if done else ""
    return Redirect(f"{prefix_of(request)}{place}{word}{anchor}", status_code=303)


def is_from_here(request: AnyRequest) -> bool:
    """Whether a page of ours sent this, as the browser itself says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == settings_of(request).public_url


def written(request: AnyRequest) -> list[str]:
    """The longer texts of a form that came to nothing, so that nobody writes them twice.

    Shown only to whoever sent them from here: no other site puts words into a page of ours.
    """
    form = ScopeState.from_scope(request.scope).form
    if form is Empty or not is_from_here(request):
        return []
    return [
        text
        for name, given in form.items()
        for text in (given if isinstance(given, list) else [given])
        if isinstance(text, str)
        and len(text) >= WORTH_KEEPING
        and not name.startswith("_")
        and name not in NOT_WRITTEN
    ]


def lost_from(text: str, request: AnyRequest) -> list[str]:
    """What somebody wrote in a form that the page which refuses it draws no more: what it was about has gone, or is
    another's now. Words alone: a name, a moment or a list of ids is the page's own.
    """
    shown = text.replace("\r\n", "\n")
    return [
        words
        for words in written(request)
        if " " in words and str(escape(words.replace("\r\n", "\n").strip())) not in shown
    ]


def error_page(
    request: AnyRequest,
    status: int,
    codes: tuple[str, ...],
    values: dict[str, Any],
    *,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "errors/error.html",
        theme="office" if OFFICE.search(request.url.path) else "screening",
        error=FestivalError(*codes, **values),
        status=status,
        headers=headers,
        error_status=status,
        codes=codes,
        written=written(request),
    )
