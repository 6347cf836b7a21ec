"""Zips of content files: what is packed, what is read back, and what is refused before it can do harm."""

import contextlib
import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises import files, zips
from exercises.files import Content, ContentError
from tests.test_exchange import CONTENT


def make_zip(*entries, compression=zipfile.ZIP_DEFLATED):
    """A zip of names, or of ZipInfos, with their bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


def make_info(name, **fields):
    info = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def unpack(packed):
    return zips.from_zip(io.BytesIO(packed))


def test_a_zip_gives_back_its_files_and_is_always_the_same():
    named = files.write(CONTENT)
    packed = zips.to_zip(named)
    assert unpack(packed) == named
    assert zips.to_zip(dict(reversed(named.items()))) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {info.date_time for info in archive.infolist()} == {zips.EPOCH}


def test_a_zip_that_was_packed_anew_with_its_folder_is_read():
    named = files.write(CONTENT)
    entries = [("my files/", b""), *((f"my files/{name}", data) for name, data in named.items())]
    packed = make_zip(*entries, ("__MACOSX/my files/._groups.toml", b"?"), ("my files/.DS_Store", b"?"))
    assert unpack(packed) == named


def test_a_zip_of_one_folder_keeps_it():
    assert unpack(make_zip(("muscles/front.toml", b""))) == {"muscles/front.toml": b""}


LINK = make_info("muscles/front.toml", external_attr=(stat.S_IFLNK | 0o777) << 16)
PIPE = make_info("muscles/front.toml", external_attr=(stat.S_IFIFO | 0o600) << 16)


@pytest.mark.parametrize(
    ("packed", "complaint"),
    [
        (make_zip(("../muscles/front.toml", b"")), "leads out of the folder"),
        (make_zip(("muscles/../../front.toml", b"")), "leads out of the folder"),
        (make_zip(("/etc/passwd", b"")), "leads out of the folder"),
        (make_zip(("C:/front.toml", b"")), "leads out of the folder"),
        (make_zip((make_info("muscles/x", filename="..\\front.toml"), b"")), "leads out of the folder"),
        (make_zip(("muscles//front.toml", b"")), "leads out of the folder"),
        (make_zip(("muscles/a\nb.toml", b"")), "leads out of the folder"),
        (make_zip((LINK, b"/etc/passwd")), "it is a link"),
        (make_zip((PIPE, b"")), "it is a link, or something else that is no file"),
        (make_zip(("a.toml", b"x"), compression=zipfile.ZIP_BZIP2), "packed in a way that is not read here"),
        (b"not a zip", "The archive cannot be read"),
        (make_zip(("a.toml", b"x" * 500))[:-40], "The archive cannot be read"),
        (b"", "The archive cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "zip",
)
def test_a_zip_with_something_that_does_not_belong_is_refused(packed, complaint):
    with pytest.raises(ContentError, match=complaint):
        unpack(packed)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_in_a_zip_twice_is_refused():
    with pytest.raises(ContentError, match=r"'a\.toml': it is in the archive twice"):
        unpack(make_zip(("a.toml", b"1"), ("a.toml", b"2")))


def test_a_locked_zip_is_refused():
    packed = bytearray(make_zip(("a.toml", b"1")))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ContentError, match="it is locked with a password"):
        unpack(bytes(packed))


def test_a_zip_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(zips, "MOST_PACKED", 2 * 1024 * 1024)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ContentError, match="larger than 2 MB"):
        unpack(b"x" * (2 * 1024 * 1024 + 1))


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    packed = make_zip(("a.toml", b"0" * (26 << 20)), ("b.toml", b"0" * (26 << 20)))
    assert len(packed) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(ContentError, match="unpacks to more than 50 MB"):
        unpack(packed)


def test_a_zip_that_lies_about_its_sizes_is_refused_while_it_is_read(monkeypatch):
    monkeypatch.setattr(zips, "_check_entries", lambda entries: None)
    monkeypatch.setattr(zips, "MOST_UNPACKED", 1024 * 1024)
    with pytest.raises(ContentError, match="unpacks to more than 1 MB"):
        unpack(make_zip(("a.toml", b"0" * (1024 * 1024 + 1))))


def test_a_zip_that_says_a_smaller_size_is_refused():
    packed = bytearray(make_zip(("a.toml", b"0" * 5000)))
    place = packed.index(b"PK\x01\x02") + 24
    packed[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(ContentError, match="The archive cannot be read"):
        unpack(bytes(packed))


def test_a_zip_of_too_many_entries_is_refused_before_they_are_listed(monkeypatch):
    packed = make_zip(*((f"muscles/m{i}.toml", b"") for i in range(2001)))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ContentError, match="more than 2,000 entries"):
        unpack(packed)


SOUND = zips.to_zip(files.write(CONTENT))


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=6))
def test_a_damaged_zip_is_refused_or_read_and_never_an_error(changes):
    packed = bytearray(SOUND)
    for place, byte in changes:
        packed[place] = byte
    with contextlib.suppress(ContentError):
        assert isinstance(files.read(unpack(bytes(packed))), Content)
