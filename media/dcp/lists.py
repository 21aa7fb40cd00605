"""The XML lists of a package, read without trust: no entity, no network, no size without a bound."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

MOST_BYTES = 8 * 1024 * 1024
SMPTE, INTEROP = "SMPTE", "Interop"


class BadList(Exception):
    """This is not the list that it should be; the message says why."""


class _Local(etree.Resolver):
    """Schemas refer to each other by address: every one lies beside the others, none is fetched."""

    def resolve(self, address: str, _: object, context: object) -> object:
        name = address.rstrip("#").rsplit("/", 1)[-1]
        known = catalog().get(address.rstrip("#"), folder() / name)
        if known.is_file():
            return self.resolve_filename(str(known), context)
        return self.resolve_string("", context)


@cache
def folder() -> Path:
    """The schemas that clairmeta carries; its code is not run, it wants tools that are not here."""
    spec = find_spec("clairmeta")
    if spec is None or not spec.submodule_search_locations:
        raise BadList("no schemas here")
    return Path(spec.submodule_search_locations[0]) / "xsd"


@cache
def catalog() -> dict[str, Path]:
    """Address of a namespace or schema → its file."""
    entries = etree.parse(str(folder() / "catalog.xml"), _parser()).getroot()
    return {
        str(address).rstrip("#"): folder() / str(entry.get("uri"))
        for entry in entries.iter()
        for address in (entry.get("publicId"), entry.get("systemId"))
        if address
    }


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        no_network=True, load_dtd=False, resolve_entities=False, huge_tree=False, remove_pis=True
    )


@cache
def schema(namespace: str) -> etree.XMLSchema | None:
    path = catalog().get(namespace)
    if path is None:
        return None
    parser = _parser()
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.parse(str(path), parser))


def read(path: Path) -> etree._Element:
    """The root of a list; BadList for what is no XML, or more than a list."""
    if path.stat().st_size > MOST_BYTES:
        raise BadList("larger than any list")
    raw = path.read_bytes()
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or b"\0" in raw[:4]:
        raise BadList("a document type or another encoding")
    try:
        return etree.fromstring(raw, _parser())
    except etree.XMLSyntaxError as error:
        raise BadList(str(error)[:200]) from None


def fault(root: etree._Element) -> str:
    """The first thing in which this list breaks its schema; empty when it keeps it."""
    rules = schema(namespace(root))
    if rules is None or rules.validate(root):
        return "" if rules is not None else f"unknown namespace {namespace(root)}"
    first = rules.error_log[0] if len(rules.error_log) else None
    return f"line {first.line}: {first.message}"[:200] if first else "schema"


def namespace(root: etree._Element) -> str:
    return str(etree.QName(root).namespace or "").rstrip("#")


def standard(root: etree._Element) -> str:
    return INTEROP if "digicine" in namespace(root) else SMPTE


def name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def child(element: etree._Element, *path: str) -> etree._Element | None:
    """The first element along these names, whatever namespace they are in."""
    current: etree._Element | None = element
    for wanted in path:
        current = (
            None
            if current is None
            else next((e for e in elements(current) if name(e) == wanted), None)
        )
    return current


def elements(element: etree._Element) -> list[etree._Element]:
    return [node for node in element if isinstance(node.tag, str)]


def text(element: etree._Element, *path: str) -> str:
    inner = child(element, *path)
    return (inner.text or "").strip() if inner is not None else ""


def identity(words: str) -> str:
    return words.strip().lower().removeprefix("urn:uuid:")
