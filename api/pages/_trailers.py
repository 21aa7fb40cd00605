"""Trailers of an entry, as the page of its pictures draws them: what stands, what comes, what was refused and why."""

from typing import Any

from api.pages._page import language_of, prefix_of
from api.pages._uploading import header_rules, received, said
from api.request import AnyRequest
from festival.language import size, t
from festival.tables import Edition
from media import policy
from media.policy import Finding, Severity
from submissions import trailers, verdicts
from submissions.status import FileState
from submissions.tables import Submission
from submissions.trailers import KEPT, MOST_BYTES, RULES, WORKING, ShownTrailer


async def trailers_told(
    request: AnyRequest, submission: Submission, edition: Edition
) -> dict[str, Any]:
    """What `filmmaker/_trailers.html` asks for."""
    lang, known = language_of(request), await trailers.trailers_of(submission.id)
    coming = next((one for one in known if one.state == FileState.RECEIVING), None)
    store = request.app.state.store
    return {
        "trailers": [{"trailer": one, "said": reasons(lang, one)} for one in known],
        "trailer_mark": trailers.mark_of(known),
        "trailer_works": any(one.state in WORKING for one in known),
        "coming": coming,
        "come": await received(coming.id, coming.state, store) if coming else 0,
        "kept_trailers": KEPT,
        "trailer_rules": header_rules(policy.laid_over(edition.policy, "", RULES), submission),
        "trailers_at": f"/api/v1/{edition.slug}/submissions/{submission.id}/trailers",
        "trailer_place": f"{prefix_of(request)}/submissions/{submission.id}/trailers",
        "most_trailer": MOST_BYTES,
        "upload_words": upload_words(lang),
    }


def upload_words(lang: str) -> dict[str, str]:
    """All that `<film-upload>` may have to say, of a trailer."""
    own = {
        name: t(lang, f"trailers.upload.{name}") for name in ("other", "received", "strange_kind")
    }
    most = {"trailer_large": t(lang, "error.trailer_large", most=size(lang, MOST_BYTES))}
    long = t(lang, "finding.DURATION_LONG", measured="{measured}", limit="{limit}")
    codes = {
        "entry_is_closed": t(lang, "error.entry_is_closed"),
        "DURATION_LONG": f"{long} {t(lang, 'trailers.repair.long')}",
    }
    return said(lang) | own | most | codes


def reasons(lang: str, trailer: ShownTrailer) -> list[tuple[str, str]]:
    """Why it was refused, each with what to do; remarks on what is good enough are left out."""
    if trailer.state != FileState.FAULTY:
        return []
    refusing = [one for one in trailer.findings if one.severity is not Severity.WARN]
    return [(verdicts.words(lang, one), repair_of(lang, one)) for one in refusing]


def repair_of(lang: str, finding: Finding) -> str:
    """As of a film, but that a trailer has no other section to go to."""
    if finding.code == "DURATION_LONG":
        return t(lang, "trailers.repair.long")
    return verdicts.words(lang, finding, repair=True)
