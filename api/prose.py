"""Plain words that people wrote, as safe HTML: paragraphs, lists, and links. Nobody's markup is believed."""

import re

from jinja2.utils import urlize
from markupsafe import Markup

BLANK_LINE = re.compile(r"\n[ \t]*\n")
ITEM = "- "


def prose(text: str) -> Markup:
    """A blank line parts paragraphs; lines that all begin with `- ` are a list; a line break stays one.

    Addresses of the web and of mailboxes become links, by Jinja's own `urlize`, which escapes all else.
    """
    blocks = (block.strip() for block in BLANK_LINE.split(text.replace("\r\n", "\n")))
    return Markup("\n").join(block_of(block) for block in blocks if block)


def block_of(block: str) -> Markup:
    lines = [line.strip() for line in block.split("\n")]
    if all(line.startswith(ITEM) for line in lines):
        items = Markup().join(
            Markup("<li>{}</li>").format(linked(line.removeprefix(ITEM))) for line in lines
        )
        return Markup("<ul>{}</ul>").format(items)
    return Markup('<p dir="auto">{}</p>').format(Markup("<br />").join(map(linked, lines)))


def linked(line: str) -> Markup:
    return Markup(urlize(line, rel="noopener noreferrer"))  # noqa: S704
