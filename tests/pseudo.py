"""A language that nobody speaks: the French catalogues with every letter under an accent, in brackets.

It goes by the name of a language with another alphabet, so that a page in it has no word in plain
Latin letters but those that came into it without a catalogue: names of months, units and countries
come from the library in that alphabet, and the test writes its films in it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from lxml import html

CODE = "uk"
MODEL = Path(__file__).parents[1] / "festival" / "locale" / "fr"
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ODD = "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
ACCENTS = str.maketrans(PLAIN, ODD)
HELD = re.compile(r"(\{[^{}]*\})")

SAID = ("title", "alt", "placeholder", "aria-label", "aria-description", "label")
"""Attributes that people read or hear; beside them every `data-…` that holds a sentence."""
MACHINES = {"style", "code"}
"""What is written for machines, and shown as such."""
NAME_OF_A_THING = re.compile(r"""[^\s"'<>()]*[\w)][@._/:#?=&-][\w/%][^\s"'<>()]*""")
"""Addresses, files, codes with points: what is written alike in every language."""
WORD = re.compile(r"[A-Za-z]{2,}")


def pseudo(text: str) -> str:
    """`{n} films` → `[!!{n} ƒīŀḿş!!]`."""
    parts = HELD.split(text)
    return "[!!" + "".join(p if p.startswith("{") else p.translate(ACCENTS) for p in parts) + "!!]"


def catalogues(folder: Path) -> Path:
    """A folder of catalogues with this one language in it, with as many plurals as its name asks for."""
    (folder / CODE).mkdir(parents=True)
    for file in sorted(MODEL.glob("*.po")):
        made = Catalog(locale=CODE)
        with file.open("rb") as lines:
            for message in read_po(lines, locale="fr"):
                if not message.id:
                    continue
                if isinstance(message.string, str):
                    made.add(message.id, pseudo(message.string))
                else:
                    forms = [pseudo(form) for form in message.string]
                    many = forms[-1:] * (made.num_plurals - 1)
                    made.add(message.id, (*forms[:1], *many))
        with (folder / CODE / file.name).open("wb") as lines:
            write_po(lines, made)
    return folder


def foreign(text: str, *, known: frozenset[str] = frozenset()) -> list[str]:
    """Words in it that no catalogue of this language has; `known` are written alike in all."""
    bare = NAME_OF_A_THING.sub(" ", HELD.sub(" ", text))
    return [word for word in WORD.findall(bare) if word not in known]


def said(page: str) -> list[str]:
    """All that a page says to people: text, attributes, and the sentences that it hands to its scripts."""
    return [text for text in within(html.fromstring(page)) if text.strip()]


def within(node: html.HtmlElement) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.tag in MACHINES or node.get("translate") == "no":
        return
    if node.get("lang", CODE) != CODE:
        return
    if node.tag == "script":
        if node.get("type") == "application/json":
            yield from sentences(json.loads(node.text or "null"))
        return
    yield node.text or ""
    for name, value in node.attrib.items():
        if name.startswith("data-") and value.startswith(("{", "[")) and not value.startswith("[!!"):
            yield from sentences(json.loads(value))
        elif is_said(node, name, value):
            yield value
    for inner in node:
        yield from within(inner)
        yield inner.tail or ""


def is_said(node: html.HtmlElement, name: str, value: str) -> bool:
    if name.startswith("data-"):
        return " " in value
    if node.tag == "input" and name == "value":
        return node.get("type") in {"submit", "button"}
    return name in SAID and node.tag != "meta"


def sentences(data: object) -> Iterator[str]:
    """Strings of more than one word; of texts by language, the one in this."""
    if isinstance(data, dict):
        yield from sentences(data[CODE] if CODE in data else list(data.values()))
    elif isinstance(data, list):
        for one in data:
            yield from sentences(one)
    elif isinstance(data, str) and " " in data:
        yield data
