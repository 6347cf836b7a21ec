"""From a file that somebody uploads to the files that readers get.

What was uploaded is never served. It is decoded, and only its pixels go on: turned upright, in sRGB, without
the camera's notes, which may say where somebody lives. First a master is written, as large as the largest
rendition and lossless, so that it can travel to another site, and be made into other formats later, without
losing anything. From it come the renditions. All names begin with a hash of the master, so a file never
changes and is never deleted: any published page may name it.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.conf import settings
from PIL import Image, ImageCms, ImageOps

from .document import Rendition

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")  # what is taken
FORMAT_WORDS = "a JPEG, PNG, WebP or AVIF"
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000  # 120 MB once decoded
LEAST_WIDTH = 400
MOST_OBLONG = 4  # how many times one side may be as long as the other
WIDTHS = (480, 960, 1600)  # of the renditions; none is wider than the picture
LARGEST = (WIDTHS[-1], 2000)  # of a master, which then is never too large a file to be taken in again

# Pillow itself refuses twice as many, for the formats that it measures while it opens them.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

# Goes up when the same master gives other renditions. Those that pages name stay.
RECIPE = "1"
MASTER = {"format": "WEBP", "lossless": True, "exact": True, "quality": 50, "method": 2}
SAVING = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 80},
    "jpg": {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True},
    "png": {"format": "PNG", "optimize": True},
}

TOO_MANY = f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. Make it smaller: "
TOO_MANY += f"{LARGEST[0]:,} pixels of width are enough."


class Refused(Exception):
    """The file is not taken; the message says why, and what would be right."""


class Made(msgspec.Struct, frozen=True):
    """What was written of a picture: the master's file and its size in pixels, and the renditions."""

    master: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]


def make(file: BinaryIO) -> Made:
    """Write master and renditions of the picture in the file, in seconds. What is there already stays.

    Raises Refused. Not to be called in a transaction, which would keep everybody else from writing.
    """
    image = sanitised(file)
    master = _packed(image, MASTER)
    name = hashlib.sha256(RECIPE.encode() + master).hexdigest()[:32]
    renditions = tuple(_renditions(name, image))
    for rendition in renditions:
        if not path_of(rendition.name).exists():
            shown = image.resize((rendition.width, rendition.height), Image.Resampling.LANCZOS)
            _write(rendition.name, _packed(shown, SAVING[rendition.format]))
    _write(f"{name}.webp", master)
    return Made(f"{name}.webp", *image.size, renditions)


def sanitised(file: BinaryIO) -> Image.Image:
    """The pixels of the file and nothing else of it, no larger than a master is. Raises Refused."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise Refused(
            f"This file has {size / 1024 / 1024:.0f} MB; the most is {MOST_BYTES // 1024 // 1024} MB. "
            f"Save it as a JPEG, or smaller: {LARGEST[0]:,} pixels of width are enough."
        )
    try:
        with Image.open(file, formats=FORMATS) as opened:
            _check(opened)
            return _decoded(opened)
    except Refused:
        raise
    except Image.UnidentifiedImageError as error:
        raise Refused(
            "This is no picture that can be read, whatever its name says. Open it in a picture program and "
            f"save it as {FORMAT_WORDS}."
        ) from error
    except Image.DecompressionBombError as error:
        raise Refused(TOO_MANY) from error
    except Exception as error:  # a damaged file makes Pillow raise almost anything
        raise Refused(
            "This picture cannot be read to its end: the file is damaged, or was not copied whole. "
            "Open it in a picture program and save it again."
        ) from error


def _check(image: Image.Image) -> None:
    """Refuse what its head already speaks against, beginning with what must not be decoded."""
    if image.width * image.height > MOST_PIXELS:
        raise Refused(TOO_MANY)
    width, height = _upright_size(image)  # for which Pillow decodes a PNG
    # Telephones put further pictures behind the first one of a JPEG: that is an MPO, and does not move.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise Refused(f"This picture moves. Save one frame of it as {FORMAT_WORDS}.")
    if width < LEAST_WIDTH:
        raise Refused(
            f"This picture is {width} pixels wide; the least is {LEAST_WIDTH}, or readers would see it "
            "blurred. Take a larger one: enlarging it does not help."
        )
    if max(width, height) > MOST_OBLONG * min(width, height):
        raise Refused(
            f"This picture has {width} by {height} pixels. One side may be {MOST_OBLONG} times as long as "
            "the other, no more. Cut it down to what matters."
        )


def _orientation(image: Image.Image) -> int:
    return image.getexif().get(0x0112, 1)  # 5 to 8: it lies on its side


def _upright_size(image: Image.Image) -> tuple[int, int]:
    return image.size[::-1] if _orientation(image) in (5, 6, 7, 8) else image.size


def _decoded(image: Image.Image) -> Image.Image:
    box = LARGEST[::-1] if _orientation(image) in (5, 6, 7, 8) else LARGEST
    image.draft("RGB", box)  # a JPEG can be decoded at a half or a quarter of its size
    if image.mode.startswith("I"):  # 16 bits of grey, which converting would cut off
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    profile = image.info.get("icc_profile")
    has_alpha = image.has_transparency_data
    if profile and not has_alpha:
        image = _in_srgb(image, profile)
    image = image.convert("RGBA" if has_alpha else "RGB")
    image.thumbnail(box, Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    if has_alpha and image.getextrema()[3][0] == 255:  # every pixel of it is opaque
        image = image.convert("RGB")
    image.info.clear()  # what stands here goes into every file that is saved
    return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as a screen without profiles shows them. A profile that makes no sense is left aside."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _renditions(name: str, image: Image.Image) -> Iterator[Rendition]:
    """What is to be made of a master, the best format first."""
    width, height = image.size
    widths = [w for w in WIDTHS if w < width] + [width]
    for format in ("avif", "webp", "png" if image.mode == "RGBA" else "jpg"):
        for w in widths:
            h = max(1, round(height * w / width))
            yield Rendition(name=f"{name}-{w}.{format}", format=format, width=w, height=h)


def _packed(image: Image.Image, saving: dict) -> bytes:
    file = io.BytesIO()
    image.save(file, **saving)
    return file.getvalue()


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def master_of(name: str) -> bytes:
    """The bytes of a master; b"" if somebody has lost the file."""
    try:
        return path_of(name).read_bytes()
    except FileNotFoundError:
        return b""


def _write(name: str, data: bytes) -> None:
    """Whole or not at all, and never over what is there."""
    path = path_of(name)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)  # a proxy may serve it
    os.replace(file.name, path)
