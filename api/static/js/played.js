// What was really played: the stretches between two ticks of the clock, and never a jump.

const FASTEST = 2; // times the film's own speed; the house believes no more
const UNEVEN = 0.3; // seconds: the clock of the film and that of the page never tick together
const MOST = 200; // stretches in one report

const milliseconds = (seconds) => Math.round(seconds * 1000) / 1000;

// Stretches where they meet are one; no gap is filled.
export function joined(ranges) {
  const whole = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const one = whole.at(-1);
    if (one && start <= one[1]) one[1] = Math.max(one[1], end);
    else whole.push([start, end]);
  }
  return whole;
}

export class Played {
  constructor(video) {
    this.video = video;
    this.ranges = [];
    this.last = null;
    for (const name of ["timeupdate", "pause", "ended"]) video.addEventListener(name, () => this.tick());
    for (const name of ["seeking", "emptied", "ratechange"])
      video.addEventListener(name, () => {
        this.last = null;
      });
    for (const name of ["seeked", "playing"]) video.addEventListener(name, () => this.stand());
  }

  stand() {
    const { currentTime, seeking } = this.video;
    this.last = seeking ? null : { at: milliseconds(currentTime), when: performance.now() };
  }

  tick() {
    const before = this.last;
    this.stand();
    if (!before || !this.last || this.video.playbackRate > FASTEST) return;
    const moved = this.last.at - before.at;
    const possible = ((this.last.when - before.when) / 1000) * this.video.playbackRate + UNEVEN;
    if (moved > 0 && moved <= possible) this.add([[before.at, this.last.at]]);
  }

  add(more) {
    this.ranges = joined([...this.ranges, ...more]);
  }

  take() {
    return this.ranges.splice(0, MOST);
  }
}
