"""One way to draw a page: the context that every template gets, and the page of an error."""

import secrets
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.utils import htmlsafe_json_dumps
from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from api.assets import asset
from api.auth import csrf_token, settings_of, visitor, visitor_cookie_name
from api.prose import prose
from api.refusals import status_of, told_of
from api.request import AnyRequest
from festival import clock, language, texts
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import OFFICIAL, has_words, spoken, t
from festival.tables import Edition, Role
from units import times

WORTH_KEEPING = 20  # characters: whoever wrote fewer writes them again
NOT_WRITTEN = frozenset(
    {"password", "old", "proof_password", "proof_code", "next", "token", "half", "code"}
)  # a secret, or the page's own
NAMELESS = ("field_long", "field_short", "field_missing", "field_invalid", "nothing_chosen")
TEMPLATES = Path(__file__).parents[1] / "templates"


class LazyToken:
    """Drawn only where a form asks for it: public pages set no cookie."""

    def __init__(self, request: AnyRequest) -> None:
        self.request = request
        self.drawn = False

    def __str__(self) -> str:
        self.drawn = True
        return csrf_token(self.request)

    __html__ = __str__


class Compiled(BytecodeCache):
    """What one language has compiled, the next one takes: it costs more than drawing the page."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[bucket.key, bucket.checksum] = bucket.code


class AnyLanguage(CodeGenerator):
    """Writes no value into the code, only text: what a filter says of a constant is of one language."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


COMPILED = Compiled()


@cache
def environment(lang: str) -> Environment:
    """One for each language; all take the same compiled templates. Undefined names fail loudly."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,
        bytecode_cache=COMPILED,
    )
    made.code_generator_class = AnyLanguage
    made.globals["asset"] = asset
    made.globals["data_block"] = data_block
    made.globals["fields_of"] = texts.fields_of
    made.globals["once"] = lambda: secrets.token_urlsafe(12)
    made.filters.update(filters(lang))
    return made


def data_block(data: Any, kind: str = "application/json") -> Markup:
    """A value for the page's scripts or for machines that read pages; it is no script itself."""
    return Markup(f'<script type="{kind}">{htmlsafe_json_dumps(data)}</script>')  # noqa: S704


def filters(lang: str) -> dict[str, Any]:
    """Dates and numbers as this language writes them."""
    return {
        "day": partial(_day, lang, "short"),
        "day_long": partial(_day, lang, "long"),
        "evening": partial(language.evening, lang),
        "last_minute": language.last_minute,
        "quoted": partial(language.quoted, lang),
        "upper_first": language.upper_first,
        "date": partial(language.calendar_day, lang),
        "as_day": date.fromisoformat,
        "extract": lambda key, known: known[key],
        "hour": language.hour,
        "moment": partial(language.moment, lang),
        "hour_there": partial(language.hour_there, lang),
        "city": partial(language.city, lang),
        "clock": times.clock_face,
        "clockseconds": times.timecode,
        "duration": partial(language.length, lang),
        "figure": partial(language.figure, lang),
        "listed": partial(language.listed, lang),
        "bytes": partial(language.size, lang),
        "number": partial(_number, lang),
        "tongue": partial(language.tongue, lang),
        "tongues": partial(language.tongues, lang),
        "captions": partial(language.captions, lang),
        "track": partial(language.track, lang),
        "country": partial(language.country, lang),
        "seats": partial(language.number, lang),
        "signed": language.signed,
        "decimal": partial(language.decimal, lang),
        "text_in": partial(language.text_in, lang),
        "film_title": partial(texts.film_title, lang),
        "own_title": texts.own_title,
        "own_name": language.own_name,
        "prose": prose,
        "of_field": partial(_of_field, lang),
    }


def _day(lang: str, style: str, when: date | datetime) -> str:
    return language.day(lang, when, style=style)


def _of_field(lang: str, words: str, field: str) -> str:
    """`Nom : c’est trop long.`, where words that stand far from their field do not say which."""
    name = f"operator.field.{field}"
    if not has_words(name) or words not in {t(lang, f"error.{code}") for code in NAMELESS}:
        return words
    said = words[:1].lower() + words[1:]
    return t(lang, "common.of_field", field=t(lang, name), words=said)


def _number(lang: str, value: float, digits: int = 0) -> str:
    return language.number(lang, value, digits=digits)


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
    text = (
        environment(lang)
        .get_template(template)
        .render(
            **shared(request, lang, at=at),
            csrf_token=token,
            theme=theme,
            told=told_of(lang, error),
            **context,
        )
    )
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
    return {
        "lang": lang,
        "languages": spoken(),
        "official": OFFICIAL,
        "translated": texts.translated(),
        "edition": edition,
        "viewer": viewer if viewer is not None and viewer.is_known else None,
        "path": path,
        "nav": nav(viewer, prefix=prefix, path=current),
        "site": request.state.get("site", []),
        "flash": request.query_params.getall("done", []),
        "now": clock.now(),
        "zone": clock.zone().key,
        "t": partial(t, lang),
        "has_words": has_words,
        "url": lambda rest="": f"{prefix}{rest}",
        "development": not settings_of(request).in_production,
    }


NAV: list[tuple[Role | None, str, str]] = [
    (Role.FILMMAKER, "/submissions", "common.nav.films"),
    (Role.REVIEWER, "/committee", "common.nav.committee"),
    (Role.CHAIR, "/committee", "common.nav.committee"),
    (Role.CHAIR, "/committee/decisions", "common.nav.decisions"),
    (Role.CHAIR, "/committee/announcements", "common.nav.announcements"),
    (Role.PROGRAMMER, "/programmer/grid", "common.nav.grid"),
    (Role.PROGRAMMER, "/programmer/programmes", "common.nav.programmes"),
    (Role.PROGRAMMER, "/programmer/venues", "common.nav.venues"),
    (Role.PROGRAMMER, "/programmer/guests", "common.nav.guests"),
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
            "/operator/answers",
        ),
    ),
    ("judging", ("/operator/policy", "/operator/sheets")),
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
    ("films", ("/programmer/programmes", "/programmer/blocks", "/programmer/candidates")),
    ("houses", ("/programmer/venues", "/programmer/reservations")),
    ("shared", ("/programmer/guests", "/programmer/shared", "/programmer/pairs")),
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
    "/programmer/plans": "/programmer/grid",
    "/programmer/happenings": "/programmer/grid",
    "/programmer/what-if": "/programmer/grid",
    "/programmer/audiences": "/programmer/grid",
    "/programmer/robustness": "/programmer/grid",
    "/programmer/publication": "/programmer/grid",
    "/programmer/rules": "/programmer/grid",
    "/programmer/exchange": "/programmer/grid",
    "/programmer/variants": "/programmer/grid",
    "/programmer/comments": "/programmer/grid",
    "/programmer/papers": "/programmer/grid",
    "/programmer/screens": "/programmer/venues",
    "/programmer/reservations": "/programmer/venues",
    "/programmer/blocks": "/programmer/programmes",
    "/programmer/films": "/programmer/programmes",
    "/programmer/candidates": "/programmer/programmes",
    "/programmer/shared": "/programmer/guests",
    "/programmer/pairs": "/programmer/guests",
    **{room: "/operator/edition" for _, rooms in DESK for room in rooms},
}
"""Pages that belong to a room without lying below its address."""


def nav(viewer: Viewer | None, *, prefix: str, path: str) -> list[tuple[str, str, bool]]:
    """The rooms this person may enter, the public programme first; the longest match is current."""
    roles = viewer.roles if viewer is not None else frozenset()
    places = [("/", "common.nav.programme")]
    places += [(place, key) for role, place, key in NAV if role in roles]
    places = list(dict.fromkeys(places))
    for inner, room in BELOW.items():
        if is_within(path, prefix, inner):
            path = prefix + room
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
    word = f"?done={done}" if done else ""
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
        error=FestivalError(*codes, **values),
        status=status,
        headers=headers,
        error_status=status,
        codes=codes,
        written=written(request),
    )
