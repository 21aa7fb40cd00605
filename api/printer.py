"""The printer's process: a page of HTML in, a PDF out.

python -m api.printer < page.html > page.pdf
"""

import resource
import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from units.parents import end_with_parent

MEMORY_BYTES = 2 << 30
CPU_S = 100


def main() -> None:
    """The kernel ends it with whoever asked; pictures and fonts come with the page or from the house."""
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    html = sys.stdin.buffer.read().decode()
    nobody = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    sys.stdout.buffer.write(HTML(string=html, url_fetcher=nobody).write_pdf())


if __name__ == "__main__":
    main()
