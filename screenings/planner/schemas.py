"""The shapes of a problem, of a plan and of its certificate, published for other programs.

python -m screenings.planner.schemas
"""

from pathlib import Path
from typing import Any

import msgspec

from screenings.planner.certificate import Certificate
from screenings.planner.model import Plan, Problem
from screenings.planner.rules import PRICES, RULES

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SHAPES = {"problem": Problem, "plan": Plan, "certificate": Certificate}


def schema(name: str) -> bytes:
    document: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    document |= msgspec.json.schema(SHAPES[name])
    if name == "problem":
        settings = document["$defs"]["Problem"]["properties"]["settings"]
        settings["propertyNames"] = {"enum": [*(r.code for r in RULES), *(p.code for p in PRICES)]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SHAPES:
        (FOLDER / f"{name}.schema.json").write_bytes(schema(name))


if __name__ == "__main__":
    main()
