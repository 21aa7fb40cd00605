"""Papers that are made, or that name what stands elsewhere, say what is so."""

import ast
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from ops import letters, licences
from tests.trees import tree_of

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
RECIPES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "howto").glob("*.md"))


def test_the_changelog_names_the_version_and_its_day() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\S+) \((.+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest is not None
    assert newest[1] == version
    assert date.fromisoformat(newest[2]).year >= 2026


@pytest.mark.parametrize("paper", ["README.md", "CONTRIBUTING.md", *RECIPES])
def test_every_link_of_a_paper_leads_somewhere(paper: str) -> None:
    for place in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / paper).read_text()):
        assert ((ROOT / paper).parent / place).exists(), place


def test_whatever_is_locked_has_a_licence() -> None:
    for title, rows, _ in licences.everything():
        assert rows, title
        assert [row.name for row in rows if not row.licence] == []


def test_a_package_without_a_licence_stops_the_check(monkeypatch, capsys) -> None:
    monkeypatch.setattr(licences, "licence_of", lambda _: "")

    assert licences.main() == 1
    assert "litestar" in capsys.readouterr().out


@pytest.mark.parametrize("tool", [letters, licences])
def test_a_stale_page_is_noticed(tool, tmp_path: Path, monkeypatch, capsys) -> None:
    page = tmp_path / tool.FILE.name
    page.write_text(tool.FILE.read_text().replace("MIT", "GPL").replace("Hello", "Hi"))
    monkeypatch.setattr(tool, "FILE", page)
    monkeypatch.setattr("sys.argv", ["tool", "--check"])

    assert tool.main() == 1
    assert "stale" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["tool"])
    assert tool.main() == 0
    assert page.read_text() == (ROOT / "docs" / "letters.md" if tool is letters else ROOT / "THIRD_PARTY.md").read_text()


def test_every_letter_says_when_and_to_whom() -> None:
    for letter in letters.letters():
        assert letter.occasion, letter.kind
        assert letter.to, letter.kind
        assert set(letter.texts) == {"fr", "en"}


PACKAGES = ("festival", "submissions", "reviews", "screenings", "keeping", "api", "workers")
WRITES = {"write": 0, "write_key": 0, "write_to_operators": 0, "tell_members": 1}  # where each names the letter


def texts_in_code() -> tuple[set[str], set[str]]:
    """(every text that stands in the product's code, those that name a letter to be written)."""
    every, named = set(), set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                every.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                at = WRITES.get(name, len(node.args))
                if at < len(node.args) and isinstance(node.args[at], ast.Constant):
                    named.add(node.args[at].value)
    return every, {text for text in named if isinstance(text, str) and re.fullmatch(r"[a-z_]+", text)}


def test_a_letter_that_is_written_stands_on_the_page_and_no_other_does() -> None:
    known = {letter.kind for letter in letters.letters()}
    every, named = texts_in_code()

    assert {"submitted", "sign_in", "work_parked", "film_withdrawn"} <= named
    assert named <= known
    assert known <= every


def test_hooks_call_only_what_is_locked() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()

    assert re.findall(r"repo: (.+)", text) == ["local"]
    assert all(entry.startswith(".venv/bin/python -m ") for entry in re.findall(r"entry: (.+)", text))
