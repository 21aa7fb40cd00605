"""A package held against the festival's rules. Pure: a `Package` and a `Policy` in, a `Verdict` out."""

import re
from collections.abc import Iterator
from fractions import Fraction

from media import cadence
from media.dcp.package import Composition, Essence, Package, PackageProblem, ReelTrack
from media.policy import (
    Finding,
    Policy,
    Severity,
    Verdict,
    beside,
    listed,
    plain,
    reject,
    seconds,
    verdict_of_findings,
    warn,
)

RATES = tuple(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60))
SHAPES = {(1998, 1080), (2048, 858), (2048, 1080), (3996, 2160), (4096, 1716), (4096, 2160)}
SERVERS = (48000, 96000)
APART = 1 / 12  # seconds: two frames
FEW = 8
WARNED = {"DCP_INCOMPLETE_VF", "DCP_ENCRYPTED", "DCP_NAMING"}
TITLE = re.compile(
    r"[A-Za-z0-9-]{1,14}_(FTR|EPS|TLR|TSR|PRO|TST|RTG|SHR|ADV|XSN|PSA|POL|CLP|STR|HLT|EVT)[A-Za-z0-9-]*"
    r"_(F|S|C)(-\d{1,3})?_[A-Z]{2,3}-[A-Za-z]{2,3}(-[A-Za-z]{2,4}){0,2}(_[A-Z]{2,3}(-[A-Z0-9+]{1,3})?)?"
    r"(_(10|20|51|61|71|MOS)[A-Za-z0-9-]*)?_(2K|4K)(_[A-Z0-9]{2,4})?_\d{8}(_[A-Z0-9]{2,3})?"
    r"_(SMPTE|IOP)(-3D|-4fl|-6fl)*_(OV|VF)(-\d)?"
)


def judge(package: Package, policy: Policy) -> Verdict:
    """Every rule at once, worst first."""
    return verdict_of_findings(findings(package, policy), policy)


def findings(package: Package, policy: Policy) -> Iterator[Finding]:
    yield from met(package.problems)
    film = package.main
    if film is None:
        return
    yield from about_tracks(package, film)
    yield from about_picture(package, film, policy)
    yield from about_sound(package, film, policy)
    if not TITLE.fullmatch(film.title):
        yield warn(
            "DCP_NAMING", film.title[:80], "Title_FTR-1_F_FR-EN_INT_51_2K_STU_20271126_FAC_SMPTE_OV"
        )


def met(problems: tuple[PackageProblem, ...]) -> Iterator[Finding]:
    """Each code once, with the first few things that it is about."""
    by_code: dict[str, list[str]] = {}
    for problem in problems:
        by_code.setdefault(problem.code, []).append(problem.detail)
    for code, details in by_code.items():
        measured = ", ".join(details[:FEW]) + (" …" if len(details) > FEW else "")
        yield Finding(code=code, severity=severity_of(code), measured=measured)


def severity_of(code: str) -> Severity:
    if code == "HOSTILE_REFERENCE":
        return Severity.QUARANTINE
    return Severity.WARN if code in WARNED else Severity.REJECT


def about_tracks(package: Package, film: Composition) -> Iterator[Finding]:
    """A version file leans on an original that is not here; a locked one plays nowhere without a key."""
    tracks = [track for reel in film.reels for track in reel]
    if absent := sorted({track.asset for track in tracks} - set(package.assets)):
        yield warn("DCP_INCOMPLETE_VF", ", ".join(absent[:FEW]))
    locked = {a for a, e in package.essences.items() if e.is_encrypted}
    if any(track.is_encrypted or track.asset in locked for track in tracks):
        yield warn("DCP_ENCRYPTED")


def about_picture(package: Package, film: Composition, policy: Policy) -> Iterator[Finding]:
    pictures = film.tracks("picture")
    if not pictures:
        yield reject("VIDEO_MISSING")
        return
    if film.seconds < policy.duration.least:
        yield reject("DURATION_SHORT", *beside(film.seconds, policy.duration.least, seconds))
    if film.seconds > policy.duration.most:
        yield reject("DURATION_LONG", *beside(film.seconds, policy.duration.most, seconds))
    rates = {known(track.rate) for track in pictures}
    if len(rates) > 1 or not rates <= set(RATES):
        rate_list = ", ".join(f"{float(rate):.3f}" for rate in sorted(rates))
        yield reject("VIDEO_FRAME_RATE", rate_list, listed(list(RATES)))
    for track in pictures:
        if seen := package.essences.get(track.asset):
            yield from about_essence(track, seen)


def known(rate: tuple[int, int]) -> Fraction:
    """The cadence that a list or a header means, however it writes it; nothing is 0."""
    return cadence.nearest(Fraction(*rate)) if rate[0] and rate[1] else Fraction(0)


def about_essence(track: ReelTrack, seen: Essence) -> Iterator[Finding]:
    """What the file says of itself, against what the composition plays of it."""
    if seen.is_encrypted:
        return
    if seen.kind != track.kind:
        yield reject("DCP_STRUCTURE", f"{seen.kind} / {track.kind}")
        return
    if seen.codec not in {"jpeg2000", "mpeg2video"}:
        yield reject("VIDEO_CODEC", seen.codec, "jpeg2000")
    if (seen.width, seen.height) not in SHAPES:
        yield warn("VIDEO_ASPECT", f"{seen.width} × {seen.height}", "1998 × 1080, 2048 × 858")
    if seen.rate[0] and (own := known(seen.rate)) != (played := known(track.rate)):
        yield reject("VIDEO_FRAME_RATE", *beside(float(own), float(played), plain, digits=3))
    if seen.frames and seen.frames < track.entry + track.frames:
        yield reject("CONTENT_TRUNCATED", f"{seen.frames} / {track.entry + track.frames}")


def about_sound(package: Package, film: Composition, policy: Policy) -> Iterator[Finding]:
    sounds = film.tracks("sound")
    if not sounds:
        if policy.sound.required:
            yield reject("AUDIO_MISSING")
        return
    for reel in film.reels:
        picture = next((track for track in reel if track.kind == "picture"), None)
        sound = next((track for track in reel if track.kind == "sound"), None)
        if not picture or not sound:
            continue
        apart = abs(picture.seconds - sound.seconds)
        if apart > APART:
            yield warn("AV_DURATION_MISMATCH", *beside(apart, APART, seconds))
    for track in sounds:
        seen = package.essences.get(track.asset)
        if seen is None or seen.is_encrypted:
            continue
        if seen.sample_rate not in SERVERS:
            yield reject("AUDIO_SAMPLE_RATE", seen.sample_rate, ", ".join(map(str, SERVERS)))
        if seen.channels % 2:
            yield warn("AUDIO_MONO" if seen.channels == 1 else "DCP_STRUCTURE", seen.channels, 2)
