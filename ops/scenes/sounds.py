"""The sound of the demo's films: drones, radio, beeps, bells and wind by synthesis, as loud as broadcast.

Sound is float64 of -1 to 1, (channels, samples) at 48 kHz.
"""

import math
from collections.abc import Callable

import numpy as np

HZ = 48_000
LUFS = -23.0
CEILING = 0.7  # what peaks bend towards, well below full scale
MINOR = (0, 3, 7, 10, 12, 15)

Wave = np.ndarray
Playing = Callable[[Wave, float, np.random.Generator], Wave]
"""A part of a score: seconds of each sample, the root in hertz, and chance."""


def drone(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    """A fifth and an octave that beat slowly against each other."""
    voices = (1, 1.004, 1.5, 2.003, 3.01)
    slow = [
        0.6 + 0.4 * np.sin(when * chance.uniform(0.4, 1.3) + chance.uniform(0, 6)) for _ in voices
    ]
    sound = np.zeros_like(when)
    for voice, swell in zip(voices, slow, strict=True):
        sound += swell * np.sin(math.tau * root * voice * when) / voice
    return sound


def coloured_noise(when: Wave, chance: np.random.Generator, low: float, high: float) -> Wave:
    """Noise between two pitches."""
    spectrum = np.fft.rfft(chance.normal(size=len(when)))
    pitch = np.fft.rfftfreq(len(when), 1 / HZ)
    spectrum *= np.exp(
        -((np.log2((pitch + 1) / math.sqrt(low * high)) / np.log2(high / low)) ** 2) * 2.5
    )
    noise = np.fft.irfft(spectrum, len(when))
    return np.asarray(noise / (np.abs(noise).max() + 1e-9))


def radio(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    """A station that drifts by behind its own noise."""
    whistle = np.sin(math.tau * (6 * root * when + 60 * np.sin(0.9 * when)))
    fading = 0.5 + 0.5 * np.sin(1.7 * when + chance.uniform(0, 6))
    return np.asarray(0.9 * coloured_noise(when, chance, 600, 3400) + 0.16 * fading * whistle)


def wind(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    gusts = 0.55 + 0.45 * np.sin(1.1 * when + chance.uniform(0, 6)) * np.sin(0.37 * when + 1)
    return np.asarray(gusts * coloured_noise(when, chance, root, 5 * root))


def rain(when: Wave, _: float, chance: np.random.Generator) -> Wave:
    return 0.8 * coloured_noise(when, chance, 2500, 9000)


def notes(
    when: Wave, pitches: list[tuple[float, float]], *, fades: float, partials: tuple[float, ...]
) -> Wave:
    """Struck notes, `(second, hertz)` each, that ring and fade."""
    sound = np.zeros_like(when)
    for begins, pitch in pitches:
        first = int(begins * HZ)
        since = when[: min(len(when) - first, int(5 * fades * HZ))]
        body = sum(np.sin(math.tau * pitch * n * since) / (n * n) for n in partials)
        sound[first : first + len(since)] += (
            body * np.exp(-since / fades) * np.clip(since * 400, 0, 1)
        )
    return sound


def beeps(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    """Telemetry: short pips in a rhythm that returns."""
    rhythm = np.cumsum(chance.choice((0.14, 0.14, 0.28, 0.56), 60))
    pips = [
        (float(at), 8 * root * (1.5 if n % 5 == 4 else 1))
        for n, at in enumerate(rhythm)
        if at < when[-1]
    ]
    return 0.6 * notes(when, pips, fades=0.05, partials=(1,))


def bells(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    played = [
        (0.4 * n + 0.02, 4 * root * 2 ** (float(chance.choice(MINOR)) / 12))
        for n in range(int(when[-1] / 0.4) + 1)
    ]
    return notes(when, played, fades=0.7, partials=(1, 2.76, 5.4))


def piano(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    """A waltz for a silent film: one low, two high."""
    played = []
    for beat in range(int(when[-1] / 0.26) + 1):
        step = (0, 7, 5)[(beat // 3) % 3]
        pitches = (0.5,) if beat % 3 == 0 else (1.5, 1.89)
        played += [(0.26 * beat, 2 * root * p * 2 ** (step / 12)) for p in pitches]
        played.append((0.26 * beat, 4 * root * 2 ** (float(chance.choice((0, 2, 4, 7, 9))) / 12)))
    return notes(when, played, fades=0.34, partials=(1, 2, 3, 4))


def pulse(when: Wave, root: float, _: np.random.Generator) -> Wave:
    beats = [(0.5 * n, root) for n in range(int(when[-1] / 0.5) + 1)]
    return notes(when, beats, fades=0.16, partials=(1, 2))


def choir(when: Wave, root: float, chance: np.random.Generator) -> Wave:
    """Voices on one vowel, none quite in tune with another."""
    sound = np.zeros_like(when)
    for voice in (2, 2.52, 3, 4):
        for _ in range(3):
            shake = 0.004 * root * voice * np.sin(math.tau * chance.uniform(4.5, 6) * when)
            tone = math.tau * root * voice * chance.uniform(0.996, 1.004) * when + shake
            sound += np.sin(tone) + 0.5 * np.sin(2 * tone) + 0.25 * np.sin(3 * tone)
    return sound / 6 * (0.7 + 0.3 * np.sin(1.3 * when))


def breath(when: Wave, _: float, chance: np.random.Generator) -> Wave:
    return np.asarray(np.clip(np.sin(2.4 * when), 0, 1) * coloured_noise(when, chance, 300, 1400))


def crackle(when: Wave, _: float, chance: np.random.Generator) -> Wave:
    clicks = np.where(chance.random(len(when)) < 0.0006, chance.uniform(-1, 1, len(when)), 0)
    return 0.5 * np.convolve(clicks, np.exp(-np.arange(120) / 20), "same") + 0.05 * coloured_noise(
        when, chance, 200, 4000
    )


PARTS: dict[str, Playing] = {
    part.__name__: part
    for part in (drone, radio, wind, rain, beeps, bells, piano, pulse, choir, breath, crackle)
}


def composed(score: str, *, seconds: float, channels: int, seed: int) -> Wave:
    """A score such as `drone+beeps`, in as many channels, at the loudness of broadcast."""
    chance = np.random.default_rng(seed)
    when = np.arange(round(seconds * HZ)) / HZ
    root = 55 * 2 ** (int(chance.integers(0, 10)) / 12)
    both = [
        sum(PARTS[name](when, root, chance) for name in score.split("+"))
        for _ in range(min(2, channels))
    ]
    edges = np.clip(np.minimum(when, when[-1] - when) / 0.15, 0, 1)
    middle = sum(both) / len(both)
    spread = [0.75 * middle + 0.25 * side for side in both]
    if channels == 6:  # left, right, centre, low, and the two behind
        spread += [
            0.6 * middle,
            0.35 * np.sin(math.tau * root * when),
            *(0.5 * np.roll(side, 700) for side in spread),
        ]
    sound = np.stack(spread[:channels]) * edges
    sound *= 10 ** ((LUFS - loudness(sound)) / 20)
    return np.asarray(CEILING * np.tanh(sound / CEILING))


def loudness(sound: Wave) -> float:
    """LUFS as ITU-R BS.1770 weighs the whole, without gates; the low channel does not count."""
    z = np.exp(2j * math.pi * np.fft.rfftfreq(sound.shape[1], 1 / HZ) / HZ)
    shelf = response(
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1, -1.69065929318241, 0.73248077421585),
        z,
    )
    high_pass = response((1, -2, 1), (1, -1.99004745483398, 0.99007225036621), z)
    energy = np.abs(np.fft.rfft(sound) * shelf * high_pass) ** 2
    power = 2 * energy.sum(axis=1) / sound.shape[1] ** 2
    weights = np.array((1, 1, 1, 0, 1.41, 1.41))[: len(power)]
    return float(-0.691 + 10 * np.log10((power * weights).sum() + 1e-12))


def response(over: tuple[float, ...], under: tuple[float, ...], z: Wave) -> Wave:
    """What a filter does to each pitch."""
    return np.polyval(over, z) / np.polyval(under, z)
