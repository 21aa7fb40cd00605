"""The shapes of a problem and of a plan, published for other programs.

python -m screenings.planner.schemas
"""

from pathlib import Path

import msgspec

from screenings.planner.model import Plan, Problem

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SHAPES = {"problem": Problem, "plan": Plan}


def schema(name: str) -> bytes:
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found |= msgspec.json.schema(SHAPES[name])
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SHAPES:
        (FOLDER / f"{name}.schema.json").write_bytes(schema(name))


if __name__ == "__main__":
    main()
