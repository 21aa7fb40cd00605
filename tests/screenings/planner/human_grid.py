"""A real festival's published grid, read in place beside the project; None where it is absent."""

import json
from datetime import UTC, datetime
from pathlib import Path

from screenings.planner.model import Placement, Problem, Programme, Screen

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "docpoint-2026-grid.json"
MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)
DAYS = 6


def human_grid(published=PUBLISHED):
    """Bare film minutes, no turnaround: all that the published facts say."""
    if not published.exists():
        return None
    films = json.loads(published.read_text())
    screens = sorted({s["screen"] for film in films for s in film["screenings"]})
    problem = Problem(
        DAYS,
        [Screen(name, name, 200, [(600, 1560)] * DAYS, turnaround=0) for name in screens],
        [
            Programme(str(f["film"]), f["title"], "all", f["minutes"], intro=0, debate=0,
                      showings=len(f["screenings"]))
            for f in films
        ],
        step=5,
        travel=0,
    )
    placements = [
        Placement(str(film["film"]), number, screening["screen"], minutes(screening))
        for film in films
        for number, screening in enumerate(
            sorted(film["screenings"], key=lambda s: s["starts_at"])
        )
    ]
    return problem, placements


def minutes(screening):
    passed = datetime.fromisoformat(screening["starts_at"]).replace(tzinfo=UTC) - MIDNIGHT
    return int(passed.total_seconds()) // 60
