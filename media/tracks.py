"""Which sound tracks make the sound of the copy, and how they are joined. Pure.

One choice for everybody: the copy plays it, the loudness is measured on it, the report names it.
"""

from collections.abc import Iterator
from itertools import groupby

from media.facts import SIDES, HeardTracks, Sound

SILENT = -70.0  # LUFS: where the gate of BS.1770 closes, and nothing is left
MEASURABLE = 0.4  # seconds: one block of BS.1770, below which nothing has a loudness
AROUND = {6, 8}  # mono tracks side by side: a 5.1, alone or before its own stereo
ALIKE = 1.0  # seconds: tracks that are joined begin and end together


def heard(sounds: tuple[Sound, ...]) -> HeardTracks | None:
    """The first sound that is not silent; if all are, the first that is there at all.

    What the file calls a commentary or an audio description comes after all others.
    Two mono tracks side by side are a stereo, six or eight begin with a 5.1; one of a pair that is
    silent leaves the other alone. Tracks in different languages are different versions, and are
    never joined.
    """
    there = sorted(versions(sounds), key=lambda one: sounds[one.tracks[0]].is_aside)
    loud = (audible for given in there if (audible := without_silence(given, sounds)).tracks)
    return next(loud, there[0] if there else None)


def versions(sounds: tuple[Sound, ...]) -> Iterator[HeardTracks]:
    """Every sound that the file offers, in its order."""
    playable = [(n, track) for n, track in enumerate(sounds) if track.duration > 0 and track.codec]
    for (channels, *_), group in groupby(playable, key=lambda it: kind_of(it[1])):
        numbers = [number for number, _ in group]
        if channels == 1:
            yield from of_mono(numbers, sounds)
        else:
            yield from (HeardTracks((number,)) for number in numbers)


def kind_of(sound: Sound) -> tuple[int, str, bool]:
    """Only tracks that share all of this can be sides of one sound."""
    return sound.channels, sound.language, sound.is_aside


def of_mono(numbers: list[int], sounds: tuple[Sound, ...]) -> Iterator[HeardTracks]:
    """Six are a 5.1, and so are the first of eight, when more than its front pair is heard.

    The last two of eight are its stereo, as delivered to broadcasters. All others come in pairs.
    """
    around = numbers[: len(SIDES)]
    is_full = any(not is_silent(sounds[number]) for number in around[2:])
    if len(numbers) in AROUND and is_full and are_alike(around, sounds):
        yield HeardTracks(tuple(around), "5.1")
        numbers = numbers[len(SIDES) :]
    while numbers:
        size = 2 if len(numbers) > 1 and are_alike(numbers[:2], sounds) else 1
        pair, numbers = tuple(numbers[:size]), numbers[size:]
        yield HeardTracks(pair, "stereo" if size > 1 else "")


def are_alike(numbers: list[int], sounds: tuple[Sound, ...]) -> bool:
    starts = [sounds[number].start for number in numbers]
    ends = [sounds[number].start + sounds[number].duration for number in numbers]
    return max(starts) - min(starts) <= ALIKE and max(ends) - min(ends) <= ALIKE


def without_silence(version: HeardTracks, sounds: tuple[Sound, ...]) -> HeardTracks:
    """The same without a silent half of a pair; without any track when all of it is silent."""
    loud = tuple(number for number in version.tracks if not is_silent(sounds[number]))
    if loud and version.layout != "stereo":
        return version
    return version if len(loud) > 1 else HeardTracks(loud)


def is_silent(sound: Sound) -> bool:
    """Nothing to be heard, as measured; what was not measured is not called silent."""
    return sound.loudness is not None and sound.loudness <= SILENT
