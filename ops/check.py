"""./run check: lint, form, types, import contracts, front-end, words in both languages, letters, licences, spelling.

Stops at nothing.

python -m ops.check
"""

import subprocess
import sys
import time

PACKAGES = [
    "units",
    "festival",
    "media",
    "submissions",
    "reviews",
    "screenings",
    "keeping",
    "api",
    "workers",
    "ops",
]
STEPS = {
    "ruff": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "mypy": ["-m", "mypy", "--no-error-summary", *PACKAGES],
    "contracts": [
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ],
    "front": ["-m", "ops.front", "check"],
    "words": ["-m", "ops.words"],
    "letters": ["-m", "ops.letters", "--check"],
    "archive": ["-m", "ops.archive_format", "--check"],
    "licences": ["-m", "ops.licences", "--check"],
    "advisories": ["-m", "ops.advisories", "--check"],
    "spelling": ["-m", "codespell_lib", *PACKAGES, "README.md", "docs", "--quiet-level", "3"],
}


def main() -> int:
    failed = []
    for name, arguments in STEPS.items():
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False
        )
        print(
            f"  {name:<14} {time.monotonic() - began:5.1f} s  {'ok' if not done.returncode else 'FAILED'}",
            f"({done.stdout.splitlines()[0]})" if name == "advisories" and done.stdout else "",
            flush=True,
        )
        if done.returncode:
            failed.append(name)
            print(done.stdout[-6000:] + done.stderr[-2000:], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
