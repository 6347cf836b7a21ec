"""Backups: the database, the uploaded media and the secret key in one file, and all of it back from there.

A backup is a compressed tar file. Its manifest names every other file in it with its SHA-256, and the
migrations that the database had. It holds accounts and the key, so nobody but its owner may read it.
"""

import hashlib
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import django
import msgspec
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

MANIFEST = "manifest.json"
KEY = "secret_key"
MEDIA = "media"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.sql"}

NAME = re.compile(r"legwork-\d{8}-\d{6}\.tar\.gz")
PART = "legwork-part-"
DAY = 24 * 60 * 60
BLOCK = 1024 * 1024
ALL_OR_NOTHING = "--single-transaction", "--set=ON_ERROR_STOP=1"


class BackupError(Exception):
    """What stands against it, in words for those who run the site."""


class File(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = 1
    made_at: datetime
    database: str
    versions: dict[str, str]
    migrations: list[tuple[str, str]]
    files: dict[str, File]


class Restored(msgspec.Struct, frozen=True):
    """`aside` is the folder with what was there before; `has_other_key` that the environment sets a key, and
    not the backup's."""

    manifest: Manifest
    aside: Path
    has_other_key: bool


def media_folder() -> Path:
    """Where uploaded files are kept; it need not be there."""
    return Path(getattr(settings, "MEDIA_ROOT", "") or settings.DATA_DIR / MEDIA)


# Making one


def make(folder: Path, keep: int) -> Path:
    """Write a backup into the folder while the site goes on, and remove all but the newest `keep`.

    Gives the path of the backup, which has been read back once. Raises BackupError, with nothing left behind.
    """
    folder = folder.resolve()
    now = datetime.now(UTC)
    path = folder / f"legwork-{now:%Y%m%d-%H%M%S}.tar.gz"
    if path.exists():
        raise BackupError(f"There is {path} already. Try again in a second.")
    try:
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
    except DatabaseError as error:
        raise BackupError(f"The database cannot be read, or is damaged: {error}.") from error
    if not migrations:
        raise BackupError("The database is empty, so there is nothing to keep.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PART, dir=folder) as part:  # which only its owner may enter
        database = Path(part, DATABASE[connection.vendor])
        copy_database(database)
        # The key that is in use, which need not be the one in the file.
        key = Path(part, KEY)
        key.write_text(settings.SECRET_KEY)
        # The media last: an upload is there before the database names it.
        media = {
            f"{MEDIA}/{file.relative_to(media_folder()).as_posix()}": file
            for file in sorted(media_folder().rglob("*"))
            if file.is_file() and not file.is_symlink()
        }
        archive = Path(part, path.name)
        manifest = Manifest(
            made_at=now,
            database=connection.vendor,
            versions={
                "python": platform.python_version(),
                "django": django.get_version(),
                "database": ".".join(map(str, connection.get_database_version())),
            },
            migrations=migrations,
            files={},
        )
        _write(archive, manifest, {database.name: database, KEY: key, **media})
        read(archive)
        os.replace(archive, path)
    _sync(folder)
    _rotate(folder, keep)
    return path


def copy_database(path: Path) -> None:
    """A consistent copy of the database as it is now, while others go on writing."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        check_sqlite(path)
    else:
        _postgres_tool("pg_dump", "--no-owner", "--no-privileges", f"--file={path}")


def check_sqlite(path: Path) -> None:
    """Raises BackupError if the file is not a whole SQLite database."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"The database is damaged: {error}.") from error
    if found != [("ok",)]:
        raise BackupError(f"The database is damaged: {found[0][0]}.")


class _Hashing:
    """A file that is hashed while somebody reads it."""

    def __init__(self, file):
        self.file, self.sha256, self.size = file, hashlib.sha256(), 0

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.sha256.update(data)
        self.size += len(data)
        return data

    @property
    def value(self) -> File:
        return File(size=self.size, sha256=self.sha256.hexdigest())


def _write(archive: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    with open(os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, path in files.items():
                try:
                    file = path.open("rb")
                except FileNotFoundError:
                    continue  # a picture that somebody has just removed
                with file:
                    hashing = _Hashing(file)
                    tar.addfile(_entry(name, os.fstat(file.fileno()).st_size), hashing)
                    manifest.files[name] = hashing.value
            text = msgspec.json.format(msgspec.json.encode(manifest))
            path = archive.with_name(MANIFEST)
            path.write_bytes(text)
            with path.open("rb") as file:
                tar.addfile(_entry(MANIFEST, len(text)), file)
        out.flush()
        os.fsync(out.fileno())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


def _rotate(folder: Path, keep: int) -> None:
    """Remove the oldest of our own backups, and what one that was killed has left behind."""
    backups = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    for path in backups[:-keep]:
        path.unlink()
    for path in folder.glob(f"{PART}*"):
        if path.is_dir() and path.stat().st_mtime < time.time() - DAY:
            shutil.rmtree(path)


# Reading one


def read(archive: Path, into: Path | None = None) -> Manifest:
    """Check the whole backup, and unpack it into the folder, if one is given.

    Raises BackupError for one that is damaged, or has in it what no backup has.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            entries = {}
            for entry in tar:
                if not entry.isreg() or not _is_ours(entry.name) or entry.name in entries:
                    raise BackupError(f"“{entry.name}” in it is nothing that a backup has.")
                entries[entry.name] = entry
            if MANIFEST not in entries:
                raise BackupError("It has no manifest, so it is no backup of Legwork, or not all of one.")
            manifest = msgspec.json.decode(tar.extractfile(entries.pop(MANIFEST)).read(), type=Manifest)
            if manifest.format != 1:
                raise BackupError("It was made by a newer release of Legwork. Restore it with that one.")
            needed = {KEY, DATABASE.get(manifest.database)}
            if set(entries) != set(manifest.files) or not needed <= set(entries):
                raise BackupError("Its manifest names other files than there are in it.")
            for name, entry in entries.items():
                if _unpack(tar.extractfile(entry), into and into / name) != manifest.files[name]:
                    raise BackupError(f"“{name}” in it is not as it was written.")
    except (tarfile.TarError, zlib.error, EOFError, OSError, msgspec.MsgspecError) as error:
        raise BackupError(f"It cannot be read: {error}.") from error
    return manifest


def _is_ours(name: str) -> bool:
    if name in (MANIFEST, KEY, *DATABASE.values()):
        return True
    parts = name.split("/")
    is_plain = not any(part in ("", ".", "..") or "\\" in part for part in parts)
    return is_plain and len(parts) > 1 and parts[0] == MEDIA and str(PurePosixPath(name)) == name


def _unpack(file, path: Path | None) -> File:
    hashing = _Hashing(file)
    if path is None:
        while hashing.read(BLOCK):
            pass
        return hashing.value
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        shutil.copyfileobj(hashing, out, BLOCK)
        out.flush()
        os.fsync(out.fileno())
    return hashing.value


# Going back to one


def restore(archive: Path) -> Restored:
    """Replace database, key and media by those of the backup. The old ones go into a folder of their own.

    Raises BackupError, and changes nothing, if the backup is not whole, not for this site, or the site is
    being served. Each of the three is replaced in one step: if this is interrupted, it can be run again,
    and what was there first is in the folder made first.
    """
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=settings.DATA_DIR) as unpacked:
        new = Path(unpacked)
        manifest = read(archive, new)
        _check_fits(manifest)
        database = new / DATABASE[manifest.database]
        is_sqlite = manifest.database == "sqlite"
        if is_sqlite:
            check_sqlite(database)
            _refuse_if_served_by_sqlite()
        else:
            _refuse_if_served_by_postgresql()
        aside = settings.DATA_DIR / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
        aside.mkdir(mode=0o700)
        if is_sqlite:
            _replace_sqlite(database, aside)
        else:
            _replace_postgresql(database, aside)
        key = settings.DATA_DIR / KEY
        key_is_set = not key.exists() or key.read_text().strip() != settings.SECRET_KEY
        has_other_key = key_is_set and (new / KEY).read_text() != settings.SECRET_KEY
        (new / KEY).chmod(0o600)
        _copy_aside(key, aside)
        _put(new / KEY, key)
        media = media_folder()
        if media.exists():
            shutil.move(media, aside / MEDIA)
        if (new / MEDIA).exists():
            media.parent.mkdir(parents=True, exist_ok=True)
            (new / MEDIA).chmod(0o755)
            _put(new / MEDIA, media)
        _sync(settings.DATA_DIR)
    return Restored(manifest, aside, has_other_key)


def _check_fits(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(
            f"It is of a site on {manifest.database}, and this one is on {connection.vendor}. Restore it "
            "with the DATABASE_URL of such a database (none for sqlite), then use manage.py move_database."
        )
    known = set(MigrationLoader(None).disk_migrations)
    if strange := [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]:
        raise BackupError(
            f"It was made by another release of Legwork: this one does not know {', '.join(strange)}. "
            "Restore it with that release, or a newer one."
        )


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _refuse_if_served_by_sqlite() -> None:
    """Only somebody who is alone with a database can take it out of WAL mode. That also brings all of it
    into the one file."""
    connection.close()
    path = _sqlite_path()
    if not path.exists():
        return
    mode = "locked"
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
            mode = database.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            return  # it is damaged, which is a reason to restore
    if mode != "delete":
        raise BackupError("The site is being served, or its database is open elsewhere. Stop that first.")


def _replace_sqlite(new: Path, aside: Path) -> None:
    path = _sqlite_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    _copy_aside(path, aside)
    # A damaged database can still have its log: it would be read into the new one.
    for log in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if log.exists():
            shutil.move(log, aside / log.name)
    _put(new, path)


def _refuse_if_served_by_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        others = cursor.fetchone()[0]
    if others:
        raise BackupError(f"The database has {others} other connections. Stop the site first.")


def _replace_postgresql(new: Path, aside: Path) -> None:
    """In one transaction, so that there is always either the old or the new."""
    copy_database(aside / DATABASE["postgresql"])
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    drop = new.with_name("drop.sql")
    quoted = map(connection.ops.quote_name, tables)
    drop.write_text("".join(f"DROP TABLE IF EXISTS {table} CASCADE;\n" for table in quoted))
    connection.close()
    files = f"--file={drop}", f"--file={new}"
    _postgres_tool("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", *ALL_OR_NOTHING, *files)


def _postgres_tool(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the site's database."""
    (_, *where), environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    try:
        ran = subprocess.run(  # noqa: S603
            [tool, *arguments, *where],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError as error:
        raise BackupError(f"{tool} is missing. Install postgresql-client, as new as the server.") from error
    if ran.returncode:
        raise BackupError(f"{tool} failed: {ran.stderr.strip()}")


def _copy_aside(path: Path, aside: Path) -> None:
    """Keep a file, without a moment in which its place is empty. No link: until the file is replaced, a
    database would have two names, which SQLite does not survive."""
    if path.exists():
        shutil.copy2(path, aside / path.name)


def _put(new: Path, path: Path) -> None:
    beside = path.with_name(f"{path.name}.new")
    if beside.is_dir():  # of a restore that was killed just here
        shutil.rmtree(beside)
    shutil.move(new, beside)  # a copy, if it comes from another disk
    os.replace(beside, path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """What was renamed in the folder outlives a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
