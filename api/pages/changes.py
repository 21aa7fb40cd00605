"""The public's changelog: what each number of the programme changed, and a feed of it."""

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import settings_of
from api.etags import READ, tagged
from api.pages._news import back_in, groups_in, lead_in
from api.pages._page import language_of, page, prefix_of
from api.pages._public import OWN_ALONE
from api.request import AnyRequest
from festival.access import Viewer
from festival.language import t
from festival.paging import NEWEST
from festival.tables import Edition
from screenings import changed_numbers
from screenings.changed_numbers import ChangedNumber

ATOM = "http://www.w3.org/2005/Atom"
SIGNS = str.maketrans(
    "", "", "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)))
)
register_namespace("", ATOM)


def shortly(request: AnyRequest) -> dict[str, str]:
    """Kept for a minute by anybody for the public; what names a viewer is theirs alone."""
    known = request.state["viewer"].is_known
    return OWN_ALONE if known else {"cache-control": "public, max-age=60", "vary": "cookie"}


@route("/changes", http_method=READ, status_code=200)
async def changes(
    request: AnyRequest, edition_row: NamedDependency[Edition], viewer: NamedDependency[Viewer]
) -> Response[str]:
    """Every number, the newest first."""
    known = await changed_numbers.public_numbers(edition_row, viewer)
    return changes_page(request, known[:NEWEST], alone=False)


@route("/changes/{number:int}", http_method=READ, status_code=200)
async def change(
    request: AnyRequest,
    number: FromPath[int],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    """What one number changed."""
    one = await changed_numbers.public_number(edition_row, number, viewer)
    return changes_page(request, [one], alone=True)


def changes_page(request: AnyRequest, known: list[ChangedNumber], *, alone: bool) -> Response[str]:
    lang = language_of(request)
    return page(
        request, "public/changes.html", theme="screening", headers=shortly(request), alone=alone,
        numbers=[
            {
                "one": one,
                "back": back_in(lang, one),
                "lead": lead_in(lang, one),
                "groups": groups_in(lang, one),
            }
            for one in known
        ],
    )  # fmt: skip


@route("/changes.atom", http_method=READ, status_code=200)
async def feed(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[bytes]:
    """The same for readers of feeds, RFC 4287: the same numbers are the same bytes."""
    known = await changed_numbers.public_numbers(edition_row)
    home = f"{settings_of(request).public_url}{prefix_of(request)}"
    body = atom(edition_row, known[:NEWEST], language_of(request), home=home)
    headers = {"cache-control": "public, max-age=60"}
    return tagged(request, body, media_type="application/atom+xml", headers=headers)


def atom(edition: Edition, known: list[ChangedNumber], lang: str, *, home: str) -> bytes:
    """`home` is the edition's address in this language; ids are the addresses of the numbers."""
    made = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    put(made, "id", f"{home}/changes")
    put(made, "title", f"{edition.name}, {t(lang, 'changes.title')}")
    put(made, "updated", stamp(known[0].published_at if known else edition.created_at))
    author = SubElement(made, f"{{{ATOM}}}author")
    put(author, "name", edition.name)
    link(made, "self", f"{home}/changes.atom", "application/atom+xml")
    link(made, "alternate", f"{home}/changes", "text/html")
    for one in known:
        entry = SubElement(made, f"{{{ATOM}}}entry")
        put(entry, "id", f"{home}/changes/{one.number}")
        put(entry, "title", t(lang, "changes.number", n=one.number))
        put(entry, "updated", stamp(one.published_at))
        link(entry, "alternate", f"{home}/changes/{one.number}", "text/html")
        put(entry, "content", text_of(one, lang)).set("type", "text")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(made)


def put(parent: Element, name: str, text: str) -> Element:
    """A child with a text; signs that no XML may hold are left out."""
    child = SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text.translate(SIGNS)
    return child


def link(parent: Element, rel: str, href: str, kind: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href, "type": kind})


def stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def text_of(one: ChangedNumber, lang: str) -> str:
    """Its lists as plain lines."""
    lines = [back_in(lang, one), lead_in(lang, one)]
    for kind, told in groups_in(lang, one):
        lines += [t(lang, f"changes.kind.{kind}"), *(f"– {words}" for _, words in told)]
    return "\n".join(line for line in lines if line)


HANDLERS: list[Any] = [changes, change, feed]
