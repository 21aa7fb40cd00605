"""Templates and what they all have: filters that speak one language, and the context of every page."""

import secrets
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

import msgspec
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

from api.assets import asset, sheet
from api.prose import prose
from festival import clock, language, texts
from festival.language import OFFICIAL, has_words, spoken, t
from festival.paging import FIRSTS, NEWEST
from festival.tables import Edition
from units import times

NAMELESS = ("field_long", "field_short", "field_missing", "field_invalid", "nothing_chosen")
MIDDLE = 5  # tenths
TEMPLATES = Path(__file__).parent / "templates"


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
    made.globals["stylesheet"] = sheet  # `sheet` is what many pages show
    made.globals["data_block"] = data_block
    made.globals["served"] = True  # but for a page in a folder, which can ask nobody
    made.globals |= {"FIRSTS": FIRSTS, "NEWEST": NEWEST}
    made.globals["fields_of"] = texts.fields_of
    made.globals["once"] = lambda: secrets.token_urlsafe(12)
    made.filters.update(filters(lang))
    return made


def data_block(data: Any, kind: str = "application/json") -> Markup:
    """A value for the page's scripts or for machines that read pages; it is no script itself."""
    text = msgspec.json.encode(data).decode()
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(f'<script type="{kind}">{text}</script>')  # noqa: S704


def focus(picture: Any) -> Markup:
    """The attributes by which a crop keeps the picture's own point; none where that is its middle."""
    x, y = int(picture.focus_x), int(picture.focus_y)
    return Markup("") if x == y == MIDDLE else Markup(f'data-fx="{x}" data-fy="{y}"')  # noqa: S704


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
        "focus": focus,
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
    said, called = words[:1].lower() + words[1:], t(lang, name)
    return t(lang, "common.of_field", field=language.upper_first(called), words=said)


def _number(lang: str, value: float, digits: int = 0) -> str:
    return language.number(lang, value, digits=digits)


def of_every_page(lang: str, edition: Edition | None, *, prefix: str, path: str) -> dict[str, Any]:
    """What a page says whoever reads it, and whenever; `path` is its address after the language."""
    return {
        "lang": lang,
        "languages": spoken(),
        "official": OFFICIAL,
        "translated": texts.translated(),
        "edition": edition,
        "path": path,
        "zone": clock.zone().key,
        "t": partial(t, lang),
        "has_words": has_words,
        "url": lambda rest="": f"{prefix}{rest}",
    }
