"""Which rows are an edition's own: found from the edition along foreign keys, so that new tables come along.

A table belongs to the edition when a chain of keys leads from it to `edition`, or when a row that belongs
names one of its rows (a film). People are named, and never followed: what else somebody does is not the
edition's. What never leaves the house stands in `LEFT_OUT`, with the reason, and in `SECRETS`.
"""

import re
from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter

import msgspec
from piccolo.conf.apps import Finder
from piccolo.table import Table

ROOT = "edition"
ID = re.compile(r"[A-Za-z0-9]{1,16}")
PEOPLE = "person"
LEFT_OUT = {
    "alert": "whether operators were told that a part of the house is ill: the house's, and of the moment",
    "answer": "what was answered to requests, for a day",
    "archive": "archives are not within archives",
    "backup_run": "when the house was kept elsewhere, or tried to come back: the house's",
    "data_export": "what a person asked for of their own data, for some days",
    "figure_clock": "how often what figures hang on has changed here: reckoned anew by whoever reads",
    "film_figure": "what is reckoned of votes, which are there: reckoned anew by whoever reads",
    "kept_load": "what is reckoned of who was asked to watch what, which is there: reckoned anew by whoever reads",
    "first_key": "the key by which a house's first operator comes in",
    "import_row": "lists as they came, for 30 days: addresses and words that nobody has taken over",
    "invitation": "letters of invitation with the hashes of their keys; the parts they gave are there",
    "invitation_list": "lists of people as they came, for 90 days: addresses and names",
    "knock": "counts of guesses",
    "link": "keys of sign-in links",
    "live_rehearsal": "which evening is being tried: of the moment",
    "member_invitation": "letters that ask somebody to an entry, with the hashes of their keys",
    "merge_request": "whether two accounts of this house are one person's: a question of this house",
    "migration": "the shape of the database, which the other house has of its own",
    "outage": "what outside the house does not work: of the moment",
    "outbox": "work under way; nothing is sent or made from an archive",
    "passkey": "public keys of authenticators, bound to this house's name",
    "pause": "queues that are paused: of the moment",
    "pulse": "which parts of the house are alive: of the moment",
    "recovery_code": "hashes of codes that open a door",
    "second_factor": "secrets of telephones",
    "session": "keys of browsers",
    "printed_page": "pages made of publications, drawn again by whoever reads them",
    "token": "keys of programs",
    "watcher": "what a person may still report as seen: of the moment, and over all editions",
}
"""Tables that stay in the house, and why."""
SECRETS = {PEOPLE: frozenset({"password_hash", "merged_into"})}
"""Columns that never leave: whoever comes back asks for a link; who has become who is this house's."""
MADE = {
    "entry_tag": frozenset({"edition"}),
    "film": frozenset({"folded_title", "keys"}),
    "film_file": frozenset({"seconds"}),
    PEOPLE: frozenset({"folded_name"}),
}
"""Columns that the database makes of others of their row, or of the row that it belongs to."""
GONE = {"member": frozenset({"part"})}
"""Columns that archives of before tell, and that the house has no more: nobody ever said anything in them."""
BY_NAME = {"record": {"edition": ROOT, "person": PEOPLE}}
"""Columns that name a row without being a foreign key: a line of the record outlives what it is about."""


class Edge(msgspec.Struct, frozen=True):
    """A column of a table that names a row of another."""

    column: str
    target: str
    is_optional: bool


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the walk: `own` are the keys by which a row belongs; `named_by` who names it, where that decides."""

    table: str
    doc: str
    edges: list[Edge]
    own: list[Edge] = []
    named_by: list[tuple[str, str]] = []
    key: str = "id"
    is_counted: bool = False


def tables() -> dict[str, type[Table]]:
    """Every table of the house by its name."""
    return {table._meta.tablename: table for table in Finder().get_table_classes()}  # noqa: SLF001


def edges_of(table: type[Table]) -> list[Edge]:
    meta = table._meta  # noqa: SLF001
    keys = [
        Edge(
            column._meta.db_column_name,  # noqa: SLF001
            column._foreign_key_meta.resolved_references._meta.tablename,  # noqa: SLF001
            column._meta.null,  # noqa: SLF001
        )
        for column in meta.foreign_key_columns
    ]
    named = [
        Edge(column, target, is_optional=True)
        for column, target in BY_NAME.get(meta.tablename, {}).items()
    ]
    return [*keys, *named]


@cache
def plan() -> tuple[Branch, ...]:
    """The tables of an archive, each after those that it names."""
    return tuple(
        planned({name: edges_of(table) for name, table in tables().items() if name not in LEFT_OUT})
    )


def planned(edges: dict[str, list[Edge]]) -> Iterable[Branch]:
    """The walk over any set of tables."""
    owned = belonging(edges, {ROOT})
    named = {
        edge.target
        for table in owned
        for edge in edges[table]
        if edge.target not in owned | {PEOPLE} and edge.target in edges
    }
    all_of = belonging(edges, owned | named)
    places = {}
    for table in sorted(all_of):
        own = owning(edges, table, owned if table in owned else named | (all_of - owned))
        decided = [] if own or table == ROOT else namers(edges, table, owned)
        places[table] = place(table, edges[table], own, decided)
    places[PEOPLE] = place(PEOPLE, edges.get(PEOPLE, []), [], namers(edges, PEOPLE, all_of))
    named_first = {
        table: sorted({edge.target for edge in one.edges if edge.target in places} - {table})
        for table, one in sorted(places.items())
    }
    order = TopologicalSorter(named_first).static_order()
    return [places[table] for table in order]


def belonging(edges: dict[str, list[Edge]], roots: set[str]) -> set[str]:
    """The roots, and every table from which keys lead to one of them, people apart."""
    found, more = set(roots), True
    while more:
        grown = found | {
            table
            for table, keys in edges.items()
            if table != PEOPLE and any(edge.target in found for edge in keys)
        }
        more, found = grown != found, grown
    return found


def owning(edges: dict[str, list[Edge]], table: str, parents: set[str]) -> list[Edge]:
    """By which keys a row belongs: one that is always there, the nearest to the edition; else any of them."""
    if table == ROOT:
        return []
    keys = [edge for edge in edges[table] if edge.target in parents and edge.target != table]
    sure = sorted(
        (edge for edge in keys if not edge.is_optional), key=lambda edge: edge.target != ROOT
    )
    return sure[:1] or keys


def namers(edges: dict[str, list[Edge]], table: str, among: set[str]) -> list[tuple[str, str]]:
    return sorted(
        (one, edge.column) for one in among for edge in edges[one] if edge.target == table
    )


def place(
    table: str, edges: list[Edge], own: list[Edge], named_by: list[tuple[str, str]]
) -> Branch:
    known = tables().get(table)
    key = known._meta.primary_key if known else None  # noqa: SLF001
    return Branch(
        table=table,
        doc=(known.__doc__ or "").strip().partition("\n\n")[0] if known else "",
        edges=edges,
        own=own,
        named_by=named_by,
        key=key._meta.db_column_name if key else "id",  # noqa: SLF001
        is_counted=type(key).__name__ in {"BigSerial", "Serial"},
    )


# In SQL. Every name comes from the house's own tables, never from an archive.


def belongs(name: str, edition: str) -> str:
    """A condition on a row of the table: that it is this edition's."""
    if not ID.fullmatch(edition):
        raise ValueError(edition)
    return _belongs(name).replace("$EDITION", f"'{edition}'")


@cache
def _belongs(name: str) -> str:
    one = place_of(name)
    if name == ROOT:
        return '"id" = $EDITION'
    if one.named_by:
        return f'"{one.key}" IN ({" UNION ALL ".join(names(table, column) for table, column in one.named_by)})'
    parts = [
        f'"{edge.column}" = $EDITION'
        if edge.target == ROOT
        else f'"{edge.column}" IN ({ids_of(edge.target)})'
        for edge in one.own
    ]
    return f"({' OR '.join(parts)})"


def ids_of(table: str) -> str:
    return f'SELECT "{place_of(table).key}" FROM "{table}" WHERE {_belongs(table)}'


def names(table: str, column: str) -> str:
    return f'SELECT "{column}" FROM "{table}" WHERE {_belongs(table)} AND "{column}" IS NOT NULL'


def place_of(name: str) -> Branch:
    return next(one for one in plan() if one.table == name)


def hidden(one: Branch) -> list[str]:
    """Columns of which an archive holds nothing: secrets, and what each house counts or makes for itself."""
    own = SECRETS.get(one.table, frozenset()) | MADE.get(one.table, frozenset())
    return sorted(own | ({one.key} if one.is_counted else frozenset()))


def outward(one: Branch) -> list[Edge]:
    """Keys that may lead out of the edition: to another one, or to what stays in the house."""
    known = {place.table for place in plan()}
    return [
        edge
        for edge in one.edges
        if edge.target not in known
        or (edge.target == ROOT and edge not in one.own)
        or edge.target == one.table
    ]
