// A film is lent to a page, not given: how little of it a browser holds, and how it is taken back.

export const BEAT = 5000; // milliseconds from one question to the next: may this still be watched?
const AHEAD = 4; // seconds; with a segment of six, a film that is taken away ends within ten
const ENDED = new Set([401, 403, 404]);

export const LITTLE = { maxBufferLength: AHEAD, maxMaxBufferLength: AHEAD, backBufferLength: 10 };

export const hasEnded = (status) => ENDED.has(status);

// No picture stays, neither on the screen nor in the buffer.
export function takeBack(video, hls) {
  video.pause();
  for (const track of video.textTracks) track.mode = "disabled";
  hls?.destroy();
  video.querySelectorAll("track").forEach((track) => track.remove());
  video.removeAttribute("poster");
  video.removeAttribute("src");
  video.load();
}
