"""What no code of the house does, wherever it stands: found by reading all of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import Type

from api.prose import prose
from festival import people
from tests.trees import tree_of

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "festival", "keeping", "media", "reviews", "screenings", "submissions", "units", "workers")
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
OPENS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
SCRIPTS = [path for path in (ROOT / "api" / "static" / "js").rglob("*.js") if "vendor" not in path.parts]
TEMPLATES = [path for path in (ROOT / "api" / "templates").rglob("*.html") if "paper" not in path.parts]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            yield path, tree_of(path)


def faults_in(tree: ast.Module) -> list[str]:
    """Text that is run, objects that are opened, commands that a shell reads."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in RUNS_TEXT or method in {"system", "popen", "create_subprocess_shell", "unsafe_load"}:
                found.append(name or method)
            found += [
                "shell" for word in node.keywords
                if word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            ]  # fmt: skip
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.partition(".")[0] in OPENS_OBJECTS]
    return found


def test_no_text_is_run_no_object_opened_and_no_shell_asked() -> None:
    assert {str(path): found for path, tree in modules() if (found := faults_in(tree))} == {}


@pytest.mark.parametrize("wrong", [
    "eval(text)", "os.system(text)", "subprocess.run(text, shell=True)", "import pickle", "from pickle import loads",
    "yaml.unsafe_load(text)",
])  # fmt: skip
def test_what_is_looked_for_is_found(wrong) -> None:
    assert faults_in(ast.parse(wrong))


def test_scripts_draw_text_as_text_and_speak_with_no_other_window() -> None:
    """Two exceptions: a picture that stands in the script itself, and our own service worker, which is told
    which pages are at hand, and says which copy it has shown.
    """
    asked = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|postMessage|"
                       r"WebSocket|document\.cookie|__proto__")
    found = [(path.name, line.strip()) for path in SCRIPTS for line in path.read_text().splitlines() if asked.search(line)]

    assert SCRIPTS
    assert sorted(found) == [
        ("grid-picture.js", "lock.innerHTML = PADLOCK;"),
        ("offline.js", "worker.postMessage({ pages });"),
        ("offline.js", "worker.postMessage({}, [port2]);"),
        ("sw.js", "event.ports[0]?.postMessage(shown.get(event.source.id) ?? null);"),
    ]


def test_templates_hold_no_script_no_style_and_no_handler() -> None:
    asked = re.compile(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]{3,}=[\"']|\sstyle=|javascript:", re.IGNORECASE)

    assert [str(path) for path in TEMPLATES if asked.search(path.read_text())] == []


def test_a_password_is_hidden_and_whoever_keeps_it_may_fill_it_in() -> None:
    fields = [
        call for path in TEMPLATES
        for call in re.findall(r'\bfield\((\s*"password".*?)\)\n?\s*\}\}', path.read_text(), re.DOTALL)
    ]  # fmt: skip

    assert len(fields) >= 4
    for call in fields:
        assert 'type="password"' in call
        assert "autocomplete=" in call
        assert 'autocomplete="off"' not in call
    assert "onpaste" not in "".join(path.read_text() for path in TEMPLATES)


@pytest.mark.parametrize("line", [
    "javascript:alert(1)", "data:text/html,x", "[x](javascript:alert(1))", "vbscript:x", "<a href='javascript:x'>x</a>",
    'http://a.example/"onmouseover=alert(1)',
])  # fmt: skip
def test_prose_links_to_pages_and_mailboxes_alone(line) -> None:
    drawn = prose(line)

    assert not re.search(r'href="(?!https?://|mailto:)', drawn)
    assert not re.search(r"<a[^>]*\son", drawn)
    assert "<a href='" not in drawn


def test_passwords_are_hashed_slowly_and_with_memory() -> None:
    """OWASP's least for Argon2id: 19 MiB, two rounds."""
    hasher = people.PasswordHasher()

    assert hasher.type is Type.ID
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2
    assert people._NOBODY.startswith(f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost}")
