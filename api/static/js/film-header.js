// What a film says of itself in its headers, read in the browser from slices of the chosen file: no byte is sent.
// A header is a claim: whatever is doubtful or unknown here says nothing, the house looks again.

import { duration } from "./words.js";

const MOST_TABLE = 32 * 1024 * 1024;
const MOST_BOXES = 2000;
const KINDS = { vide: "picture", soun: "sound" };
export const ATOMS = ["ftyp", "moov", "wide", "mdat", "free", "skip", "pnot"];
const MP4 = {
  avc1: "h264",
  avc3: "h264",
  hvc1: "hevc",
  hev1: "hevc",
  dvh1: "hevc",
  dvhe: "hevc",
  av01: "av1",
  vp09: "vp9",
  vp08: "vp8",
  apco: "prores",
  apcs: "prores",
  apcn: "prores",
  apch: "prores",
  ap4h: "prores",
  ap4x: "prores",
  AVdn: "dnxhd",
  AVdh: "dnxhd",
  FFV1: "ffv1",
  mjp2: "jpeg2000",
  m2v1: "mpeg2video",
  mx5p: "mpeg2video",
  CFHD: "cfhd",
  jpeg: "mjpeg",
  mjpa: "mjpeg",
  mjpb: "mjpegb",
  "rle ": "qtrle",
  cvid: "cinepak",
  SVQ1: "svq1",
  SVQ3: "svq3",
  v210: "v210",
  "2vuy": "rawvideo",
};
// MPEG-4's own list of kinds, where the entry says no more than `mp4v`.
const OBJECTS = new Map([
  [0x20, "mpeg4"],
  [0x60, "mpeg2video"],
  [0x61, "mpeg2video"],
  [0x6a, "mpeg1video"],
  [0x6c, "mjpeg"],
]);
const MKV = {
  "V_MPEG4/ISO/AVC": "h264",
  "V_MPEGH/ISO/HEVC": "hevc",
  V_AV1: "av1",
  V_VP9: "vp9",
  V_VP8: "vp8",
  V_PRORES: "prores",
  V_FFV1: "ffv1",
  V_MPEG2: "mpeg2video",
  V_MPEG1: "mpeg1video",
  "V_MPEG4/ISO/ASP": "mpeg4",
  V_THEORA: "theora",
  V_MJPEG: "mjpeg",
};

const read = async (file, from, length) => new DataView(await file.slice(from, from + length).arrayBuffer());
const text = (view, at, length) =>
  String.fromCharCode(
    ...new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, view.byteLength - at)),
  );

// → { tracks: [{ kind, codec, width, height, locked }], seconds, away } or null where the headers cannot be read.
export async function readHeader(file) {
  try {
    const head = await read(file, 0, 12);
    if (head.byteLength < 12) return null;
    if (head.getUint32(0) === 0x1a45dfa3) return matroska(await read(file, 0, 4 * 1024 * 1024));
    return ATOMS.includes(text(head, 4, 4)) ? await movie(file) : null;
  } catch {
    return null;
  }
}

// -- MP4 and MOV: the list of tracks may lie at the end, a slice reaches it all the same

async function movie(file) {
  for (let at = 0, seen = 0; at + 8 <= file.size && seen < MOST_BOXES; seen++) {
    const { name, length, begins } = box(await read(file, at, 16), 0);
    if (length < 8) return null;
    if (name === "moov")
      return length > MOST_TABLE || at + length > file.size
        ? null
        : tracks(await read(file, at + begins, length - begins));
    at += length;
  }
  return null;
}

function box(view, at) {
  const length = view.getUint32(at);
  return length === 1 && at + 16 <= view.byteLength
    ? { name: text(view, at + 4, 4), length: Number(view.getBigUint64(at + 8)), begins: 16 }
    : { name: text(view, at + 4, 4), length, begins: 8 };
}

function* inside(view) {
  for (let at = 0, seen = 0; at + 8 <= view.byteLength && seen < MOST_BOXES; seen++) {
    const { name, length, begins } = box(view, at);
    if (length < begins || at + length > view.byteLength) return;
    yield [name, new DataView(view.buffer, view.byteOffset + at + begins, length - begins)];
    at += length;
  }
}

function find(view, ...path) {
  for (const [name, content] of inside(view)) {
    if (name === path[0]) return path.length > 1 ? find(content, ...path.slice(1)) : content;
  }
}

function tracks(moov) {
  const header = { tracks: [], seconds: 0, away: false };
  for (const [name, content] of inside(moov)) {
    if (name === "mvhd") header.seconds = lasting(content);
    if (name === "trak") {
      const media = find(content, "mdia");
      const kind = KINDS[media && find(media, "hdlr") ? text(find(media, "hdlr"), 8, 4) : ""];
      const entry = media && find(media, "minf", "stbl", "stsd");
      if (kind && entry) header.tracks.push(described(kind, entry));
      header.away ||= media ? isAway(find(media, "minf", "dinf", "dref")) : false;
    }
  }
  return header;
}

function lasting(mvhd) {
  const [scale, length] =
    mvhd.getUint8(0) === 1
      ? [mvhd.getUint32(20), Number(mvhd.getBigUint64(24))]
      : [mvhd.getUint32(12), mvhd.getUint32(16)];
  return scale && length !== 0xffffffff ? length / scale : 0;
}

function described(kind, stsd) {
  const name = stsd.byteLength >= 16 ? text(stsd, 12, 4) : "";
  const locked = name === "encv" || name === "enca";
  if (kind === "sound") return { kind, locked };
  const codec = name === "mp4v" ? codecIn(stsd) : MP4[name];
  return { kind, locked, codec, width: stsd.getUint16(40), height: stsd.getUint16(42) };
}

// An entry's own boxes begin after its 86 bytes; in `esds` a descriptor holds another, each says its length first.
function codecIn(stsd) {
  const esds = find(new DataView(stsd.buffer, stsd.byteOffset + 94, stsd.byteLength - 94), "esds");
  if (!esds) return undefined;
  const after = (at) => at + [...Array(4).keys()].findIndex((n) => !(esds.getUint8(at + n) & 0x80)) + 1;
  const inner = after(5) + 3; // behind the stream's number and its flags
  return esds.getUint8(4) === 3 && esds.getUint8(inner) === 4
    ? OBJECTS.get(esds.getUint8(after(inner + 1)))
    : undefined;
}

function isAway(dref) {
  for (let at = 8; dref && at + 12 <= dref.byteLength;) {
    if (!(dref.getUint8(at + 11) & 1)) return true;
    const length = dref.getUint32(at);
    if (length < 12) return false;
    at += length;
  }
  return false;
}

// -- Matroska

function* elements(view) {
  for (let at = 0, seen = 0; at < view.byteLength && seen < MOST_BOXES; seen++) {
    const [id, after] = number(view, at, true);
    const [length, begins] = number(view, after, false);
    yield [
      id,
      new DataView(
        view.buffer,
        view.byteOffset + begins,
        Math.max(0, Math.min(length, view.byteLength - begins)),
      ),
      begins + length <= view.byteLength,
    ];
    at = begins + length;
  }
}

function number(view, at, keepsMark) {
  const width = Math.clz32(view.getUint8(at)) - 23;
  let value = keepsMark ? view.getUint8(at) : view.getUint8(at) & (0xff >> width);
  for (let i = 1; i < width; i++) value = value * 256 + view.getUint8(at + i);
  return [value, at + width];
}

const whole = (view) =>
  [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)].reduce(
    (sum, byte) => sum * 256 + byte,
    0,
  );

function matroska(view) {
  const header = { tracks: [], seconds: 0, away: false };
  for (const [id, segment] of elements(view)) {
    if (id !== 0x18538067) continue;
    for (const [name, content, isWhole] of elements(segment)) {
      if (name === 0x1549a966) header.seconds = told(content);
      if (name === 0x1654ae6b) {
        if (!isWhole) return null;
        for (const [kind, entry] of elements(content))
          if (kind === 0xae) header.tracks.push(...entryOf(entry));
        return header;
      }
      if (name === 0x1f43b675) return null;
    }
  }
  return null;
}

function told(info) {
  let scale = 1e6;
  let length = 0;
  for (const [id, content] of elements(info)) {
    if (id === 0x2ad7b1) scale = whole(content);
    if (id === 0x4489) length = content.byteLength === 8 ? content.getFloat64(0) : content.getFloat32(0);
  }
  return (length * scale) / 1e9;
}

function entryOf(entry) {
  const track = { locked: false };
  for (const [id, content] of elements(entry)) {
    if (id === 0x83) track.kind = { 1: "picture", 2: "sound" }[whole(content)];
    if (id === 0x86) track.codec = MKV[text(content, 0, content.byteLength)];
    if (id === 0xe0) {
      for (const [field, value] of elements(content)) {
        if (field === 0xb0) track.width = whole(value);
        if (field === 0xba) track.height = whole(value);
      }
    }
  }
  return track.kind ? [track] : [];
}

// -- what the festival would refuse of it: rules = { codecs (or null: any), least, sound, short, long }

export function doubts(header, rules) {
  const pictures = header.tracks.filter((track) => track.kind === "picture");
  const found = [];
  const length = (seconds) => duration(seconds, document.documentElement.lang);
  const say = (code, measured = "", limit = "") => found.push({ code, measured, limit });
  if (header.away) say("HOSTILE_REFERENCE");
  if (header.tracks.some((track) => track.locked)) say("CONTENT_ENCRYPTED");
  if (!pictures.length) say("VIDEO_MISSING");
  if (rules.sound && !header.tracks.some((track) => track.kind === "sound")) say("AUDIO_MISSING");
  for (const { codec, width, height } of pictures.slice(0, 1)) {
    if (codec && rules.codecs && !rules.codecs.includes(codec)) say("VIDEO_CODEC", codec);
    if (width && height && Math.min(width, height) < rules.least)
      say("VIDEO_RES_LOW", `${width} × ${height}`, rules.least);
  }
  if (header.seconds > 0 && header.seconds < rules.short - 1)
    say("DURATION_SHORT", length(header.seconds), length(rules.short));
  if (header.seconds > rules.long + 1) say("DURATION_LONG", length(header.seconds), length(rules.long));
  return found;
}
