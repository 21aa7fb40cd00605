"""Styles: each sheet serves a page, and none draws what nothing on the pages bears."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

API = Path(__file__).parents[1] / "api"
SHEETS = {path.stem: path.read_text() for path in (API / "static" / "css").glob("*.css")}
TEMPLATES = "\n".join(path.read_text() for path in (API / "templates").rglob("*.html"))
ON_EVERY_PAGE = {"fonts", "tokens", "base", "components"}


def styled(sheet: str) -> set[str]:
    """Classes that a sheet's selectors name."""
    heads = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    return {name for head in heads if not head.strip().startswith("@")
            for name in re.findall(r"\.([A-Za-z][\w-]*)", head)}  # fmt: skip


def test_every_sheet_is_named_by_a_page_and_every_name_is_a_sheet() -> None:
    lists = " ".join(re.findall(r"set styles = \[(.*?)\]", TEMPLATES, re.DOTALL))

    assert set(re.findall(r'"([\w-]+)"', lists)) | ON_EVERY_PAGE == set(SHEETS)


def test_no_class_is_styled_that_no_page_script_or_handler_bears() -> None:
    scripts = [path.read_text() for path in (API / "static" / "js").glob("*.js")]
    handlers = [path.read_text() for path in (API / "pages").rglob("*.py")]
    borne = set(re.findall(r"[A-Za-z][\w-]*", "\n".join([TEMPLATES, *scripts, *handlers])))

    assert {name: dead for name, sheet in SHEETS.items() if (dead := styled(sheet) - borne)} == {}
