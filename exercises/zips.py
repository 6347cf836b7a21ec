"""Zips of content files. One is read and written in memory, and never unpacked to disk."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from .files import FOLDERS, ContentError

MOST_PACKED = 20 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_ENTRIES = 2000
CHUNK = 64 * 1024
ENTRY_MARK = b"PK\x01\x02"  # each entry of a zip's list of contents starts so
LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in a zip: the same values give the same bytes

# All that zipfile is known to raise over bytes that make no sense.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)


def to_zip(named: Mapping[str, bytes]) -> bytes:
    """A zip of the files, by their paths. The same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted(named.items()):
            info = zipfile.ZipInfo(name, date_time=EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)
    return packed.getvalue()


def from_zip(file: BinaryIO) -> dict[str, bytes]:
    """The files of a zip, by their paths within the folder, whether they were packed with the folder around
    them or without. Raises ContentError, before unpacking anything, for a zip that is too large or that has
    something in it that does not belong there."""
    packed = file.read(MOST_PACKED + 1)
    if len(packed) > MOST_PACKED:
        raise ContentError(f"The archive is larger than {_megabytes(MOST_PACKED)}.")
    if packed.count(ENTRY_MARK) > MOST_ENTRIES:  # counted before zipfile makes an object of each
        raise ContentError(f"The archive has more than {MOST_ENTRIES:,} entries.")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return _without_top(dict(_unpack(archive, entries)))
    except UNREADABLE as error:
        raise ContentError("The archive cannot be read: it is damaged, or it is no zip.") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    problems = [f"{info.orig_filename!r}: {what}" for info in entries for what in _faults(info)]
    names = Counter(info.filename for info in entries)
    problems += [f"{name!r}: it is in the archive twice." for name, count in names.items() if count > 1]
    if sum(info.file_size for info in entries) > MOST_UNPACKED:
        problems.append(f"The archive unpacks to more than {_megabytes(MOST_UNPACKED)}.")
    if problems:
        raise ContentError(*problems)


def _faults(info: zipfile.ZipInfo) -> Iterator[str]:
    """Why an entry cannot be taken in."""
    name = info.orig_filename
    parts = name.removesuffix("/").split("/")
    if (
        "\\" in name
        or ":" in name
        or not name.isprintable()
        or any(part in ("", ".", "..") for part in parts)
    ):
        yield "its path leads out of the folder, or is none."
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "it is a link, or something else that is no file."
    if info.flag_bits & 1:
        yield "it is locked with a password."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield "it is packed in a way that is not read here. Make a plain zip."


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    """Each file's path and bytes. Counts again while reading, since what an entry says of its size need not
    be true."""
    left = MOST_UNPACKED
    for info in entries:
        if info.is_dir() or LEFT_BY_SYSTEMS.search(info.filename):
            continue
        data = bytearray()
        with archive.open(info) as file:
            while chunk := file.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ContentError(f"The archive unpacks to more than {_megabytes(MOST_UNPACKED)}.")
                data += chunk
        yield info.filename, bytes(data)


def _without_top(named: dict[str, bytes]) -> dict[str, bytes]:
    """The files without the folder that all of them were packed in, if there is one."""
    tops = {name.partition("/")[0] for name in named if "/" in name}
    top = tops.pop() if len(tops) == 1 else ""
    if not top or top in FOLDERS or any("/" not in name for name in named):
        return named
    return {name.removeprefix(f"{top}/"): data for name, data in named.items()}


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"
