"""Papers that are made, or that name what stands elsewhere, say what is so."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from ops import letters, licences

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


def test_the_changelog_names_the_version_and_its_day() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\S+) \((.+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest is not None
    assert newest[1] == version
    assert date.fromisoformat(newest[2]).year >= 2026


@pytest.mark.parametrize("paper", ["README.md", "CONTRIBUTING.md", *sorted(map(str, Path("docs/howto").glob("*.md")))])
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


def test_hooks_call_only_what_is_locked() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()

    assert re.findall(r"repo: (.+)", text) == ["local"]
    assert all(entry.startswith(".venv/bin/python -m ") for entry in re.findall(r"entry: (.+)", text))
