"""What pictures weigh in the forms that browsers know: `python bench/pictures.py FILE...`.

Each file is made as wide as is said and encoded; `error` is the root of the mean squared difference of the decoded
pixels' brightness from the ones before (0: none, 255: black for white), so that sizes can be compared at like losses.
Then what becomes of each file when it is imported, and how long that takes.
"""

import argparse
import io
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageOps, ImageStat

from tamizdat_server import pixels

WIDTHS = (320, 640, 800, 1280)
ENCODERS: list[tuple[str, str, dict[str, object]]] = [
    ("JPEG 75", "JPEG", {"quality": 75, "progressive": True, "optimize": True}),
    ("WebP 50", "WEBP", {"quality": 50, "method": 4}),
    ("WebP 60", "WEBP", {"quality": 60, "method": 4}),
    ("WebP 60 m6", "WEBP", {"quality": 60, "method": 6}),
    ("WebP 72", "WEBP", {"quality": 72, "method": 4}),
    ("AVIF 50", "AVIF", {"quality": 50, "speed": 6, "max_threads": 1}),
    ("AVIF 60", "AVIF", {"quality": 60, "speed": 6, "max_threads": 1}),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    files = parser.parse_args().files
    pictures = [opened(path) for path in files]
    print(f"{'width':>6} {'form':<11} {'kB each':>8} {'error':>6} {'seconds':>8}")
    for width in WIDTHS:
        for name, kind, options in ENCODERS:
            measured = [tried(picture, width, kind=kind, options=options) for picture in pictures]
            size, error, seconds = (sum(column) / len(measured) for column in zip(*measured, strict=True))
            print(f"{width:>6} {name:<11} {size / 1000:>8.1f} {error:>6.2f} {seconds:>8.3f}")
    for path in files:
        data, begun = path.read_bytes(), time.process_time()
        made = pixels.make(data)
        seconds, (width, height) = time.process_time() - begun, made.size
        sizes = ", ".join(f"{one.role} {len(one.data) / 1000:.1f} kB" for one in made.files)
        print(
            f"{path.name}: {width * height / 1e6:.1f} megapixels, {len(data) / 1000:.0f} kB; {sizes}; {seconds:.2f} s"
        )


def opened(path: Path) -> Image.Image:
    with Image.open(path) as source:
        return ImageOps.exif_transpose(source).convert("RGB")


def tried(picture: Image.Image, width: int, *, kind: str, options: dict[str, object]) -> tuple[float, float, float]:
    """Bytes, error and seconds of one encoding."""
    smaller = picture.copy()
    smaller.thumbnail((width, 8 * width), Image.Resampling.LANCZOS)
    begun, out = time.perf_counter(), io.BytesIO()
    smaller.save(out, kind, **options)
    seconds = time.perf_counter() - begun
    with Image.open(out) as shown:
        difference = ImageChops.difference(smaller.convert("L"), shown.convert("RGB").convert("L"))
    return len(out.getvalue()), ImageStat.Stat(difference).rms[0], seconds


if __name__ == "__main__":
    main()
