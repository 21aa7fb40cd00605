"""A copy as the house makes them, drawn in a second: segments of six seconds, picture and sound apart."""

import subprocess
from pathlib import Path

SEGMENT = 6


def draw_copy(folder: Path, seconds: int, picture: str = "testsrc2=size=320x180:rate=24") -> Path:
    for name, source, codec in (
        (
            "v180",
            f"{picture}:duration={seconds}",
            ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p"],
        ),
        (
            "a0",
            f"sine=frequency=440:sample_rate=48000:duration={seconds}",
            ["-c:a", "aac", "-ac", "2"],
        ),
    ):
        (folder / name).mkdir()
        subprocess.run(
            [
                "ffmpeg",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                source,
                *codec,
                "-f",
                "hls",
                "-hls_time",
                str(SEGMENT),
                "-hls_playlist_type",
                "vod",
                "-hls_segment_type",
                "fmp4",
                "-hls_fmp4_init_filename",
                "init.mp4",
                "-hls_segment_filename",
                "seg_%05d.m4s",
                "playlist.m3u8",
            ],
            check=True,
            cwd=folder / name,
        )
    (folder / "master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Stereo",DEFAULT=YES,'
        'AUTOSELECT=YES,CHANNELS="2",URI="a0/playlist.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=600000,'
        'RESOLUTION=320x180,CODECS="avc1.42c00c,mp4a.40.2",AUDIO="sound"\nv180/playlist.m3u8\n'
    )
    (folder / "poster.jpg").write_bytes(b"")
    return folder
