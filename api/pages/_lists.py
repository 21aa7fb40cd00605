"""Where a reader stands in a long list: read from an address, and said again by what is drawn and by what follows."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from api.pages.committee import page_asked
from api.request import AnyRequest

MOST_WORDS = 100


def words_asked(request: AnyRequest) -> str:
    """What is looked for."""
    return request.query_params.get("q", "").strip()[:MOST_WORDS]


def number_asked(request: AnyRequest) -> int:
    return page_asked(request.query_params.get("page", ""))


def said(**words: str | int) -> str:
    """The words of an address that say something, each with its `&`, as `pages` of `ui.html` takes them."""
    return "".join(f"&{urlencode({name: word})}" for name, word in words.items() if word)


def kept(number: int, **words: str) -> str:
    """The end of a form's address, from which `stood` leads back; nothing on the first page of a whole list."""
    return said(**words, page=number if number > 1 else "").replace("&", "?", 1)


def out_of_sight(
    which: str, drawn: Iterable[str], sent: Mapping[str, str], *names: str
) -> list[str]:
    """What was typed into the form of a row that is not on the page that is drawn again: another page has it by now,
    or nobody. `names` are the fields that are worth copying.
    """
    return (
        []
        if not sent or which in drawn
        else [text for name in names if (text := sent.get(name, ""))]
    )


def stood(request: AnyRequest, place: str, *names: str) -> str:
    """A place whose list an act leaves as it stood: narrowed, and at its page."""
    asked = request.query_params
    words = said(**{name: asked.get(name, "") for name in (*names, "q", "page")})
    return f"{place}?{words[1:]}" if words else place
