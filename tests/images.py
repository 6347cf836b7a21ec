"""Pictures for tests, as people upload them, and files that only look like pictures."""

import io
import struct
import zlib

from PIL import Image

from exercises import document as documents
from exercises import drafts
from exercises.models import Picture


def make_image(width: int = 500, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, top row of it green: one can see how it was turned."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    image.paste((30, 200, 30), (0, 0, width, height // 4))
    return image.convert(mode)


def packed(image: Image.Image | None = None, format: str = "JPEG", **saving) -> bytes:
    file = io.BytesIO()
    (image or make_image()).save(file, format, **saving)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A small file, whose head says that it unpacks to something enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_picture_value(slug: str = "start", **fields) -> documents.Picture:
    given = {
        "title": slug.capitalize(),
        "alt": "Feet high on the plate.",
        "author": "Ana Lima",
        "licence": "cc-by-4.0",
        "image": packed(),
    }
    return documents.Picture(slug=slug, **{**given, **fields})


def make_picture(slug: str = "start", **fields) -> Picture:
    """A picture in rows, with its files. The test needs the fixture `media`."""
    return drafts.save_picture(make_picture_value(slug, **fields))
