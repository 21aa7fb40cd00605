"""docs/letters.md: every letter of the house, when it is written, to whom, and its words.

    python -m ops.letters            writes it
    python -m ops.letters --check    says whether it is stale

Occasion and receiver are words too, `letter.<kind>.occasion` and `.to`: translators need them, and so
do operators, who read them beside the texts that they may change.
"""

import sys
from pathlib import Path

import msgspec
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from festival.language import spoken

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "letters.md"
TOLD_IN = "en"
HEAD = """# Letters

Made by `python -m ops.letters` from `festival/locale/*/letters.po`; `./run check` fails when it is stale.
In braces stands what the act fills in; `{link}` is put in when a letter is sent.

"""


class LetterKind(msgspec.Struct, frozen=True):
    """One kind of letter; `texts` by language: (subject, body), a form of the plural a line."""

    kind: str
    occasion: str
    to: str
    texts: dict[str, tuple[str, str]]


def words(language: str) -> dict[str, Message]:
    """Messages of `letters.po` by key."""
    with (ROOT / "festival" / "locale" / language / "letters.po").open("rb") as lines:
        return {
            key_of(message): message for message in read_po(lines, locale=language) if message.id
        }


def key_of(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def text_of(message: Message) -> str:
    text = message.string
    forms = [text] if isinstance(text, str) else list(text or [])
    return "\n\nor\n\n".join(forms)


def letters() -> list[LetterKind]:
    known = {language: words(language) for language in spoken()}
    kinds = [key.split(".")[1] for key in known[TOLD_IN] if key.endswith(".subject")]
    return [letter_of(kind, known) for kind in kinds]


def letter_of(kind: str, known: dict[str, dict[str, Message]]) -> LetterKind:
    occasion, to = (
        text_of(known[TOLD_IN][key]) if (key := f"letter.{kind}.{part}") in known[TOLD_IN] else ""
        for part in ("occasion", "to")
    )
    texts = {
        language: (
            text_of(messages[f"letter.{kind}.subject"]),
            text_of(messages[f"letter.{kind}.body"]),
        )
        for language, messages in known.items()
    }
    return LetterKind(kind, occasion, to, texts)


def page(kinds: list[LetterKind]) -> str:
    rows = [
        f"| [{letter.kind}](#{letter.kind}) | {letter.occasion} | {letter.to} |"
        f" {letter.texts[TOLD_IN][0].splitlines()[0]} |"
        for letter in kinds
    ]
    table = ["| Letter | Written when | To | Subject |", "|---|---|---|---|", *rows, ""]
    return HEAD + "\n".join([*table, *(section(letter) for letter in kinds)])


def section(letter: LetterKind) -> str:
    parts = [f"\n## {letter.kind}\n\nWhen {letter.occasion}, to {letter.to}.\n"]
    for language, (subject, body) in letter.texts.items():
        parts.append(
            f"{str(Locale(language).get_display_name()).capitalize()}: **{' '.join(subject.split())}**\n"
        )
        parts.append("\n".join(f"> {line}".rstrip() for line in body.splitlines()) + "\n")
    return "\n".join(parts)


def main() -> int:
    kinds = letters()
    if silent := [letter.kind for letter in kinds if not (letter.occasion and letter.to)]:
        print(
            "say when and to whom, as `letter.<kind>.occasion` and `.to` in letters.po: "
            + ", ".join(silent)
        )
        return 1
    text = page(kinds)
    if "--check" not in sys.argv:
        FILE.write_text(text)
    elif not FILE.exists() or FILE.read_text() != text:
        print("docs/letters.md is stale: .venv/bin/python -m ops.letters")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
