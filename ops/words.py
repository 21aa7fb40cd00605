"""Every word in every language: the same keys, each once, no empty text, none that only repeats its key,
and every key that a template or a program names exists.

    python -m ops.words
"""

import re
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

from babel.messages.pofile import read_po

from festival.language import OFFICIAL, spoken

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "festival" / "locale"
KEY = re.compile(r'^msgid "(.+)"$', re.MULTILINE)
USED = re.compile(r"""\bt\((?:lang(?:uage)?, ?)?["']([a-z][\w.\-]*\.[\w.\-]+)["']""")
DONE = re.compile(r"""["'?=]([a-z]+\.done\.[a-z_]+)""")
REFUSED = re.compile(r"""(?:Refused|Conflict|Missing|NotAllowed)\(\s*["']([\w:]+)["']""")


def catalogue(language: str) -> dict[str, list[str]]:
    by_key: dict[str, list[str]] = {}
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines, locale=language):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    text = message.string
                    by_key[key] = [text] if isinstance(text, str) else list(text or [])
    return by_key


def said_twice(language: str) -> list[str]:
    """Keys of which one catalogue's words would silently take the place of another's."""
    files = Counter(
        key
        for file in sorted((LOCALE / language).glob("*.po"))
        for key in KEY.findall(file.read_text())
    )
    return [f"{language}: said twice: {key}" for key, times in files.items() if times > 1]


def reviewed() -> set[str]:
    """Keys whose French and English may be the same, looked at by a person."""
    file = LOCALE / "reviewed.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def used() -> set[str]:
    keys: set[str] = set()
    for folder in ("api", "festival", "submissions", "reviews", "screenings", "keeping", "workers"):
        for path in [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.html")]:
            text = path.read_text()
            keys |= set(USED.findall(text)) | set(DONE.findall(text))
            keys |= {f"error.{code.rpartition(':')[2]}" for code in REFUSED.findall(text)}
    return {key for key in keys if not key.endswith(".")} - {"error.code"}


def faults_of(language: str, texts: dict[str, list[str]], model: dict[str, list[str]]) -> list[str]:
    """What is wrong with one language beside the first one, whose keys are the measure."""
    same = reviewed()
    return [
        *(f"{language}: missing {key}" for key in sorted(model.keys() - texts.keys())),
        *(f"{language}: nobody knows {key}" for key in sorted(texts.keys() - model.keys())),
        *(
            f"{language}: no words for {key}"
            for key, forms in texts.items()
            if not (forms and all(forms))
        ),
        *(
            f"{language}: {key} is its own words"
            for key, forms in texts.items()
            if key in forms and key not in same
        ),
    ]


def main() -> int:
    known = {language: catalogue(language) for language in spoken()}
    model, same = known[OFFICIAL[0]], reviewed()
    faults = [
        fault for language, texts in known.items() for fault in faults_of(language, texts, model)
    ]
    faults += [
        f"{a} and {b} are the same, and not reviewed: {key}"
        for a, b in combinations(spoken(), 2)
        for key in sorted(known[a].keys() & known[b].keys())
        if known[a][key] == known[b][key] and key not in same
    ]
    faults += [fault for language in spoken() for fault in said_twice(language)]
    faults += [f"used, but without words: {key}" for key in sorted(used() - model.keys())]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
