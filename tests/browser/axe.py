"""axe-core in an open page: brought into it once, asked for its breaches alone."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SETTLED = """() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)))
  .then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"""
ASKED = """([rules, without]) => axe.run({
  runOnly: rules, rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}])), resultTypes: ['violations'],
}).then(found => found.violations.map(
  one => [one.id, one.help, one.nodes.map(node => [node.html, node.failureSummary])]))"""


def breaches(page: Page, *, without: tuple[str, ...] = ()) -> list[Any]:
    """(rule, what it asks, [(element, how it breaks it)]) of the page as it stands, once nothing moves."""
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[Any] = page.evaluate(ASKED, [RULES, without])
    return found
