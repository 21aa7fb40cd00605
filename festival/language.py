"""Words from `locale/`, and dates, hours, lengths and numbers as each language writes them.

Keys are codes (`filmmaker.films.title`); both catalogues are complete at every commit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache, reduce
from gettext import c2py
from itertools import product
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_decimal_symbol
from babel.units import format_unit

from festival.clock import festival_day, zone
from units.times import hours_and_minutes, timecode

OFFICIAL = ("fr", "en")
"""The house's own language, and the one that stands for the world: a filed film is described in both."""
LOCALES = [Path(__file__).parent / "locale"]
"""Folders of catalogues; a language is spoken where one of them has a folder of its name."""
NARROW = "\u202f"
FIXED = "\u00a0"
TIME_SIGNS = {"hour": "h", "minute": "min", "second": "s"}
BYTES = tuple(f"digital-{prefix}byte" for prefix in ("", "kilo", "mega", "giga", "tera"))


@cache
def spoken() -> tuple[str, ...]:
    """What the house speaks: the official ones first, then all whose catalogues are found."""
    found = {file.parent.name for folder in LOCALES for file in folder.glob("*/*.po")}
    return (*OFFICIAL, *sorted(found - set(OFFICIAL)))


def speak(folder: Path) -> None:
    """From here on, also the languages of this folder of catalogues."""
    if folder not in LOCALES:
        LOCALES.append(folder)
        for kept in (spoken, words, tongue, country):
            kept.cache_clear()


def preferred(accepted: str) -> str:
    """Which of ours an `Accept-Language` header likes best; French where it says nothing of them."""
    liked: dict[str, float] = {}
    for choice in accepted.lower().split(","):
        tag, _, parameter = choice.replace(" ", "").partition(";")
        name = tag.split("-")[0]
        liked[name] = max(liked.get(name, 0.0), quality(parameter))
    ranked = {lang: liked.get(lang, liked.get("*", 0.0)) for lang in spoken()}
    named = [name for name in liked if ranked.get(name)]
    order = named + [lang for lang in spoken() if lang not in named]
    return max(order, key=ranked.__getitem__)


def quality(parameter: str) -> float:
    """`q=0.8` → 0.8; nothing said is 1, nonsense is 0."""
    if not parameter:
        return 1.0
    match = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", parameter)
    return float(match[1]) if match else 0.0


class NoWords(KeyError):
    """A key without words: a mistake of ours that `./run check` finds."""


def french_spaces(text: str) -> str:
    """The spaces that French puts before high punctuation never break a line."""
    text = re.sub(r" (?=[;!?»])", NARROW, text)
    text = text.replace(" :", FIXED + ":").replace("« ", "«" + FIXED)
    return re.sub(r"(?<=\d) (?=[%€])", FIXED, text)


def unchanged(text: str) -> str:
    return text


# What the library knows of no language: a row here, or what stands beside it for all the others.
SPACES = {"fr": french_spaces}
QUOTES = {"fr": "« {} »"}
FIRST_OF_A_MONTH = {"fr": "'1er'"}


def spaced(language: str, text: str) -> str:
    """With the spaces that the language asks for, where a sentence was typed with plain ones."""
    return SPACES.get(language, unchanged)(text)


BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their class, and nothing on paper: fillers of Hangul, the empty cell of Braille."""


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of it: neither blanks nor marks without width are words."""
    return any(unicodedata.category(sign)[0] not in "CZ" and sign not in BLANK for sign in text)


@cache
def words(language: str) -> dict[str, tuple[str, ...]]:
    """Every key of a language with its forms: one, or singular and plural."""
    catalogue: dict[str, tuple[str, ...]] = {}
    for file in sorted(file for folder in LOCALES for file in (folder / language).glob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines, locale=language):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                forms = (text,) if isinstance(text, str) else tuple(text or ())
                catalogue[key] = tuple(spaced(language, form) for form in forms)
    return catalogue


def t(language: str, key: str, /, **values: object) -> str:
    """The words of a key; a value named `n` chooses between one and many. One that can be called is
    asked for its words in this language.
    """
    try:
        forms = words(language)[key]
    except KeyError:
        raise NoWords(f"{language}: {key}") from None
    count = values.get("n")
    values = {name: value(language) if callable(value) else value for name, value in values.items()}
    form = forms[0]
    if len(forms) > 1 and isinstance(count, int | float):
        form = forms[form_of(language, count)]
    return form.format(**values) if values else form


def form_of(language: str, count: float) -> int:
    """Which form of a word goes with a count: French says *0 film*, English *0 films*.

    Whole counts by the rule of the catalogues, broken ones by that of the language itself.
    """
    plural, last = plural_of(language)
    if count == int(count):
        return int(plural(abs(int(count))))
    return 0 if Locale(language).plural_form(abs(count)) == "one" else last


@cache
def plural_of(language: str) -> tuple[Callable[[int], int], int]:
    """The rule of a language's catalogues, and the number of its last form."""
    catalogue = Catalog(locale=language)
    return c2py(catalogue.plural_expr), catalogue.num_plurals - 1


def text_in(language: str, texts: Mapping[str, str] | None) -> str:
    """Of texts by language the one in this; else the one that stands for the world, else the house's
    own, else any that there is.
    """
    known = texts or {}
    order = (language, *reversed(OFFICIAL), *sorted(known))
    return next((text for one in order if (text := known.get(one))), "")


def has_words(key: str) -> bool:
    return all(key in words(language) for language in spoken())


@lru_cache(maxsize=10_000)
def tongue(language: str, code: str) -> str:
    """`fr` → *français*, `sr-Latn` → *serbe (latin)*; what is no code stands as it was written."""
    key = code.strip().replace("-", "_")
    if has_words(f"common.tongue.{code}"):
        return t(language, f"common.tongue.{code}")
    known = Locale(language)
    if name := known.languages.get(key) or known.languages.get(key.lower()):
        return str(name)
    base, *rest = key.split("_")
    if base not in known.languages or not rest:
        return code
    parts = [
        str(known.scripts.get(subtag) or known.territories.get(subtag) or subtag) for subtag in rest
    ]
    return f"{known.languages[base]} ({' – '.join(parts)})"


def own_name(code: str) -> str:
    """How a language names itself, where one chooses it: *Français*, *English*."""
    return upper_first(tongue(code, code))


def tongues(language: str, codes: Iterable[str]) -> str:
    """What is spoken, in one line; nobody speaks where the only code is `zxx`."""
    return listed(language, (tongue(language, code) for code in codes))


def captions(language: str, codes: Iterable[str]) -> str:
    """The languages of subtitles in one line, or that there are none."""
    spoken = list(codes)
    return t(language, "common.captions.none") if spoken == ["zxx"] else tongues(language, spoken)


def track(language: str, code: str, kind: str) -> str:
    """The name of a subtitle track: *français (sourds et malentendants)*."""
    name = tongue(language, code)
    return name if kind == "full" else t(language, f"common.captions.{kind}", language=name)


def inside(language: str, code: str) -> str:
    """The name of a subtitle track that a film brings along: *français (dans le film)*."""
    if not code:
        return t(language, "common.captions.inside.unnamed")
    return t(language, "common.captions.inside", language=tongue(language, code))


@lru_cache(maxsize=10_000)
def country(language: str, code: str) -> str:
    """`FR` → *France*; what is no code stands as it was written."""
    known = code.strip().upper()
    if has_words(f"common.country.{known}"):
        return t(language, f"common.country.{known}")
    return str(Locale(language).territories.get(known, code))


def wall_day(when: date | datetime) -> date:
    """The date that a calendar on the edition's wall shows; a date is its own."""
    return when.astimezone(zone()).date() if isinstance(when, datetime) else when


def day(language: str, when: date | datetime, *, style: str = "long") -> str:
    """`vendredi 26 novembre`: the date on the wall. A screening's day is `evening`'s to tell."""
    which = wall_day(when)
    pattern = {
        "long": "EEEE d MMMM",
        "short": "EEE d MMM",
        "name": "EEEE",
        "number": "EEEE d",
        "short number": "EEE d",
        "month": "d MMMM",
        "full": "EEEE d MMMM y",
    }[style]
    if which.day == 1 and language in FIRST_OF_A_MONTH:
        pattern = re.sub(r"\bd\b", FIRST_OF_A_MONTH[language], pattern)
    return dated(language, which, pattern)


@lru_cache(maxsize=10_000)
def dated(language: str, which: date, pattern: str) -> str:
    """Kept: a page says the same few days hundreds of times."""
    return format_date(which, pattern, locale=language)


def evening(language: str, when: datetime, *, style: str = "long") -> str:
    """The day of a screening, beside an hour: `vendredi 26 novembre`.

    After midnight it still belongs to the evening before, and whoever reads one date alone comes a
    day early: `nuit du vendredi 26 au samedi 27 novembre`.
    """
    eve, morning = festival_day(when), wall_day(when)
    if eve == morning:
        return day(language, morning, style=style)
    if style == "name":
        first, last = (day(language, date, style="name") for date in (eve, morning))
    else:
        same_month = (eve.year, eve.month) == (morning.year, morning.month)
        length = "short" if style == "short" else "long"
        alone = {"short": "short number", "long": "number"}[length]
        first = day(language, eve, style=alone if same_month else length)
        last = day(language, morning, style=length)
    return t(language, "common.night", eve=first, morning=last)


def last_minute(deadline: datetime) -> datetime:
    """How a deadline is told: one at midnight as 23:59 of the day that it ends."""
    local = deadline.astimezone(zone())
    return local - timedelta(minutes=1) if (local.hour, local.minute) == (0, 0) else local


def quoted(language: str, text: str) -> str:
    """What somebody wrote, between the marks of the reader's language."""
    return spaced(language, QUOTES.get(language, "“{}”").format(text))


def upper_first(text: str) -> str:
    """A capital at the head of a line; the rest stays as the language writes it."""
    return text[:1].upper() + text[1:]


def calendar_day(language: str, when: date | datetime) -> str:
    """`31 janvier 2027`: the date on the wall, for deadlines and letters."""
    return f"{day(language, when, style='month')} {wall_day(when).year}"


def hour(when: datetime) -> str:
    """Always 24 hours, always on the edition's wall."""
    return when.astimezone(zone()).strftime("%H:%M")


def hour_there(language: str, when: datetime) -> str:
    """`23:59, heure de Paris`: an hour for somebody who may be far away."""
    return t(language, "common.hour_there", hour=hour(when), city=of_city(language, zone().key))


@lru_cache(maxsize=1000)
def city(language: str, name: str) -> str:
    """`America/New_York` → *New York*: the town that a zone is named after."""
    known = Locale(language).time_zones.get(name, {})
    return str(known.get("city") or name.rpartition("/")[2].replace("_", " "))


OF_A_CITY = {"fr": lambda name: f"d’{name}" if name[0] in "AEIOUYÉÎ" else f"de {name}"}


def of_city(language: str, name: str) -> str:
    """With the small word that the language puts before it, where it changes with the name."""
    return OF_A_CITY.get(language, unchanged)(city(language, name))


def moment(language: str, when: datetime) -> str:
    """`31 janvier 2027, 18:30`: day and hour on the wall, for letters."""
    return f"{calendar_day(language, when)}, {hour(when)}"


def signed(step: int) -> str:
    """A price as it is said: `+5`, `−5`, and `0` without a sign."""
    return f"{step:+d}".replace("-", "−") if step else "0"


def length_typed(language: str, seconds: int | None) -> str:
    """A length as somebody would type it; seconds only where there are some."""
    if seconds is None:
        return ""
    if seconds % 60:
        return timecode(seconds)
    minutes = seconds // 60
    if minutes >= 60:
        return hours_and_minutes(minutes, sign=time_sign(language, "hour"))
    return f"{minutes} {time_sign(language, 'minute')}"


def with_plain_signs(text: str) -> str:
    """A length as it was typed, with the signs of all the world instead of a language's own."""
    for language, (unit, sign) in product(spoken(), TIME_SIGNS.items()):
        if (own := time_sign(language, unit)) != sign:
            text = re.sub(rf"(?<=\d) *{re.escape(own.rstrip('.'))}(?!\w)\.?", f" {sign}", text)
    return text


def length(language: str, seconds: float | timedelta | None) -> str:
    """A runtime: `1 h 44`, `14 min`, `5 s` below a minute, `0 min`."""
    if seconds is None:
        return "–"
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    if 0 < total < 60:
        return f"{total:.0f}{FIXED}{time_sign(language, 'second')}"
    minutes = round(total / 60)
    if minutes < 60:
        return f"{minutes}{FIXED}{time_sign(language, 'minute')}"
    return hours_and_minutes(minutes, space=FIXED, sign=time_sign(language, "hour"))


@cache
def time_sign(language: str, unit: str) -> str:
    """The sign that all the world has for it, where the library knows it in this language; else the
    short one of the language: *min*, *h*; *хв* in Ukrainian.
    """
    name = f"duration-{unit}"
    own = {
        format_unit("", name, length=how, locale=language).strip() for how in ("narrow", "short")
    }
    sign = TIME_SIGNS[unit]
    return sign if sign in own else format_unit("", name, length="short", locale=language).strip()


def listed(language: str, words: Iterable[str]) -> str:
    """One after another, with the comma of the language."""
    return reduce(comma(language).format, words) if (words := list(words)) else ""


@cache
def comma(language: str) -> str:
    """How two words stand one after another."""
    return str(Locale(language).list_patterns["standard-narrow"]["2"])


def size(language: str, count: int) -> str:
    """Bytes as people count them: 38,4 Go, 38.4 GB."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(BYTES) - 1:
        value, unit = value / 1000, unit + 1
    amount = number(language, value, digits=1 if unit > 1 else 0)
    return f"{amount}{FIXED}{unit_sign(language, BYTES[unit])}"


@cache
def unit_sign(language: str, unit: str) -> str:
    """`digital-gigabyte` → *Go*, *GB*: the shortest that the library knows in this language."""
    narrow = format_unit("", unit, length="narrow", locale=language).strip()
    return (
        format_unit("", unit, length="short", locale=language).strip() if unit in narrow else narrow
    )


def figure(language: str, value: float) -> str:
    """A number with every digit that it was given: 1234567,25."""
    return f"{value:.15g}".replace(".", point(language))


def decimal(language: str, value: float) -> str:
    """With as few digits as it takes: 2,5 in French, 2.5 in English."""
    return f"{value:g}".replace(".", point(language))


@cache
def point(language: str) -> str:
    return get_decimal_symbol(language)


@lru_cache(maxsize=10_000)
def number(language: str, value: float, *, digits: int = 0) -> str:
    """Kept: long lists say the same few numbers again and again."""
    return format_decimal(
        value, format="#,##0." + "0" * digits if digits else "#,##0", locale=language
    ).replace("\u202f", FIXED)


@lru_cache(maxsize=10_000)
def euro(language: str, cents: int) -> str:
    """An amount: *15 €*, *€15*; cents only where there are some. Kept, as numbers are."""
    pattern = Locale(language).currency_formats["standard"].pattern
    plain = pattern if cents % 100 else pattern.replace("0.00", "0")
    amount = format_currency(
        Decimal(cents) / 100, "EUR", plain, locale=language, currency_digits=False
    )
    return amount.replace("\u202f", FIXED)


def as_read(language: str, text: str) -> str:
    """Numbers in a text, written as machines write them, with the reader's point and per cent."""
    text = re.sub(r"(?<=\d)\.(?=\d)", get_decimal_symbol(language), text)
    gap = FIXED if Locale(language).percent_formats[None].pattern[-2].isspace() else ""
    return re.sub(r"(?<=\d)%", f"{gap}%", text)
