"""What a browser that sends a film has to know: its words, and what it may look for in the file's own head."""

import asyncio
from typing import Any

from festival.language import has_words, t
from media.policy import Policy
from media.rulebook import refuses
from media.storage import Store
from submissions.status import FileState
from submissions.tables import Submission

ENDLESS = 10**9  # seconds: longer than any film
UPLOAD_CODES = (
    "storage_full", "file_too_large", "deadline_passed", "entry_is_filed", "entry_withdrawn",
    "upload_missing", "upload_expired", "upload_gone", "sign_in_needed", "csrf_failed",
    "submission_missing", "upload_busy", "film_quota", "person_quota", "person_room", "versions_quota",
)  # fmt: skip
HOPELESS = ("FILE_EMPTY", "HOSTILE_REFERENCE", "CONTAINER_NOT_ALLOWED", "CONTAINER_UNREADABLE")
IN_HEADERS = (
    "HOSTILE_REFERENCE", "CONTENT_ENCRYPTED", "VIDEO_MISSING", "AUDIO_MISSING", "VIDEO_CODEC",
    "VIDEO_RES_LOW", "DURATION_SHORT", "DURATION_LONG",
)  # fmt: skip
SAID = (
    "sending", "paused", "waiting", "received", "rate", "left", "soon", "cut", "again", "fell",
    "pause", "resume", "other", "strange_kind", "strange_head", "empty", "large", "unlike",
    "anyway", "afresh", "percent", "failed", "locked", "choose_same", "report",
)  # fmt: skip


def said(lang: str) -> dict[str, str]:
    """Everything that `<film-upload>` may have to say, in one language."""
    words = {name: t(lang, f"filmmaker.upload.{name}") for name in SAID}
    words |= {code: t(lang, f"error.{code}") for code in UPLOAD_CODES if has_words(f"error.{code}")}
    for code in {*HOPELESS, *IN_HEADERS}:
        finding = t(lang, f"finding.{code}", measured="{measured}", limit="{limit}")
        words[code] = f"{finding} {t(lang, f'finding.{code}.repair')}"
    return words


def header_rules(rules: Policy, submission: Submission) -> dict[str, Any]:
    """What the browser holds against a file's own headers before the first byte leaves: what would be
    refused, and nothing that is only remarked on.
    """
    return {
        "codecs": rules.codecs.accept if refuses(rules, "VIDEO_CODEC") else None,
        "least": rules.height.least if refuses(rules, "VIDEO_RES_LOW") else 0,
        "sound": rules.sound.required
        and refuses(rules, "AUDIO_MISSING")
        and "AUDIO_MISSING" not in submission.waivers,
        "short": rules.duration.least if refuses(rules, "DURATION_SHORT") else 0,
        "long": rules.duration.most if refuses(rules, "DURATION_LONG") else ENDLESS,
    }


async def received(file: str | None, state: str | None, store: Store) -> int:
    """Bytes kept of an upload under way."""
    if file is None or state != FileState.RECEIVING:
        return 0
    try:
        return await asyncio.to_thread(store.size, file)
    except FileNotFoundError:
        return 0
