"""What of the product its doors can reach, read from the syntax tree.

By name and not by scope: what shares its name with something that is reached counts as reached, too.
It errs on the side of silence, and what it names is surely out of reach.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.trees import tree_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "festival", "keeping", "media", "ops", "reviews", "screenings", "submissions", "units", "workers")
DOTTED = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*)+(?::\w+)?")  # `festival.letters:send`
OWN_BASES = {"Struct", "StrEnum", "IntEnum", "NamedTuple", "Protocol", "Exception", "msgspec"}


class Piece(NamedTuple):
    """A function, class or method, or what a module does when it is imported (`name` is empty)."""

    module: str
    name: str
    says: frozenset[str]
    needs: str = ""  # a method is out of reach as long as its class is

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def is_public(self) -> bool:
        return bool(self.name) and not any(part.startswith("_") for part in self.full.split("."))


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "piccolo_migrations" not in parts and "node_modules" not in parts:
                name = ".".join(parts).removesuffix(".__init__")
                found[name] = tree_of(path)
    return found


def dotted(node: ast.AST) -> str:
    """The path that a string names (`festival.letters:send`), or nothing."""
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) and DOTTED.fullmatch(text) else ""


def said(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Every name that is read, and the parts of dotted paths in strings (`festival.people.meet`)."""
    words: set[str] = set()
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif path := dotted(node):
            words.update(re.split(r"[.:]", path))
        elif isinstance(node, ast.keyword) and node.arg:
            words.add(node.arg)
    return frozenset(words)


@cache
def pieces(module: str, tree: ast.Module) -> tuple[Piece, ...]:
    return tuple(in_module(module, tree))


def in_module(module: str, tree: ast.Module) -> Iterator[Piece]:
    at_import: list[ast.AST] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(map(is_hook, node.decorator_list)) or node.name == "__getattr__":
                at_import.append(node)
            else:
                yield Piece(module, node.name, said([node]))
        elif isinstance(node, ast.ClassDef) and not is_table(node):
            yield from pieces_of(module, node)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            at_import.append(node)
    yield Piece(module, "", said(at_import))


def is_table(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Table" for base in node.bases
    )


def is_hook(decorator: ast.AST) -> bool:
    """`@worker_init.connect`: somebody else calls it. A route has to stand in its list."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute)


def pieces_of(module: str, node: ast.ClassDef) -> Iterator[Piece]:
    """A class, and its public methods; those of a foreign class answer to its library."""
    bases = {word for base in node.bases for word in said([base])}
    methods = [
        one for one in node.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        and not one.name.startswith("_") and one.name.islower() and bases <= OWN_BASES
    ]  # fmt: skip
    rest = [one for one in (*node.body, *node.bases, *node.decorator_list) if one not in methods]
    yield Piece(module, node.name, said(rest))
    for one in methods:
        yield Piece(module, f"{node.name}.{one.name}", said([one]), needs=node.name)


@cache
def imported(tree: ast.Module) -> frozenset[str]:
    """Modules that come in with this one, those named in strings too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif path := dotted(node).partition(":")[0]:
            names.update({path, path.rpartition(".")[0]})
    return frozenset(names)


def is_door(name: str, tree: ast.Module) -> bool:
    """A command, or what the database's own tool looks for."""
    return name.endswith(".piccolo_app") or any(
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        for node in tree.body
    )


def open_modules(trees: dict[str, ast.Module]) -> set[str]:
    """The doors and every command, with all that they import."""
    todo = [name for name, tree in trees.items() if is_door(name, tree)]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        todo += imported(trees[name]) & trees.keys()
    return found


def shown() -> frozenset[str]:
    """Every word of a template: it may be what a page reads of a thing."""
    return frozenset(
        word
        for path in (ROOT / "api" / "templates").rglob("*.html")
        for word in re.findall(r"[a-z_]\w*", path.read_text())
    )


@cache
def asked_by_migrations() -> frozenset[str]:
    """What migrations take from the house: Piccolo runs them, and no module of ours names them."""
    return frozenset(
        alias.name
        for path in ROOT.glob("*/piccolo_migrations/*.py")
        for node in tree_of(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PACKAGES
        for alias in node.names
    )


def unreached() -> set[str]:
    """Public functions, classes and methods that no door can come to; of a module that nobody
    imports, the module.
    """
    trees = modules()
    there = open_modules(trees)
    every = [piece for name in there for piece in pieces(name, trees[name])]
    words = set(asked_by_migrations()).union(*(piece.says for piece in every if not piece.name))
    classes: set[str] = set()
    left = [piece for piece in every if piece.name]
    on_pages = shown()
    moved = True
    while moved:
        moved = False
        for piece in list(left):
            is_there = not piece.needs or piece.needs in classes
            if is_there and (piece.last in words or (piece.needs and piece.last in on_pages)):
                left.remove(piece)
                words |= piece.says
                classes |= {piece.name}
                moved = True
    alone = {
        piece.full
        for piece in left
        if piece.is_public and piece.needs not in {p.name for p in left}
    }
    return alone | {name for name in trees if name not in there and len(trees[name].body) > 1}
