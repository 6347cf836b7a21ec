"""What could be wrong with a site's data, and how to mend it. Without mending nothing is changed."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

import msgspec
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from . import document as documents
from . import freezing, indexing, publishing, rendering, site_version
from .models import Picture, PreviewLink, Publication, Revision
from .models.publication import DOCUMENTS, digest_of

ROOM = 200_000_000  # bytes
MEDIA_FILE = re.compile(rf'"({documents.MEDIA_NAME})"')
RESTORE = "Restore a backup of before: manage.py restore."
RERENDER = partial(call_command, "rerender", verbosity=0)


class Problem(msgspec.Struct, frozen=True):
    """`advice` is for a person; `mend` does it, where that is safe. `is_litter` if nobody is harmed by it."""

    what: str
    advice: str = ""
    mend: Callable[[], object] | None = None
    is_litter: bool = False


class Result(msgspec.Struct, frozen=True):
    title: str
    left: list[Problem]
    mended: list[Problem]


def look(mend: bool = False) -> Iterable[Result]:
    """Check after check. Ends early where all that follows would stumble over the same."""
    for title, check in CHECKS.items():
        problems = list(check())
        mended = [problem for problem in problems if mend and problem.mend]
        for cure in dict.fromkeys(problem.mend for problem in mended):
            cure()
        if mended and check is check_index:
            site_version.note_change()  # pages that are kept may show what was wrong
        left = [problem for problem in problems if problem not in mended]
        yield Result(title, left, mended)
        if left and check in FOUNDATIONS:
            break


def check_database() -> Iterable[Problem]:
    """PostgreSQL watches over this itself."""
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            damage = [line for (line,) in cursor.fetchall() if line != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            strays = cursor.fetchall()
    except DatabaseError as error:
        yield Problem(f"It cannot be read: {error}.", RESTORE)
        return
    for line in damage:
        yield Problem(f"It is damaged: {line}.", RESTORE)
    for table, row, other, _ in strays:
        yield Problem(f"Row {row} of {table} names a row of {other} that is not there.", RESTORE)


def check_migrations() -> Iterable[Problem]:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    if missing := [str(migration) for migration, _ in plan]:
        yield Problem(f"Not applied yet: {', '.join(missing)}.", "Make a backup, then manage.py migrate.")
    ours = {app for app, _ in loader.disk_migrations}
    for app, name in sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
        if app in ours:
            yield Problem(
                f"{app}.{name} is of a newer release.", "Run that release, or restore a backup of before it."
            )


def check_keys() -> Iterable[Problem]:
    """PostgreSQL counts apart from the rows what key comes next. Rows that were copied do not move it."""
    if connection.vendor != "postgresql":
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for sequence in connection.introspection.get_sequences(cursor, table):
                column, name = quote(sequence["column"]), quote(sequence["name"])
                cursor.execute(
                    f"SELECT max({column}) >= (SELECT last_value + is_called::int FROM {name})"  # noqa: S608
                    f" FROM {quote(table)}"
                )
                if cursor.fetchone()[0]:
                    what = f"{table} would give a key a second time."
                    yield Problem(what, mend=partial(reset_keys, table=table))


def reset_keys(using: str = DEFAULT_DB_ALIAS, table: str = "") -> None:
    """Let the keys of all tables, or of one, go on after the highest there is."""
    every = apps.get_models(include_auto_created=True)
    models = [model for model in every if table in ("", model._meta.db_table)]
    with connections[using].cursor() as cursor:
        for statement in connections[using].ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def check_documents() -> Iterable[Problem]:
    for publication in Publication.objects.order_by("pk").iterator():
        name = f"{publication.kind} “{publication.slug}”, version {publication.number}"
        if getattr(publication, f"{publication.kind}_id", None) is None:
            yield Problem(f"{name} belongs to nothing.", RESTORE)
            continue
        try:
            document = documents.from_json(publication.document, DOCUMENTS[publication.kind])
        except (msgspec.MsgspecError, UnicodeError) as error:
            yield Problem(f"{name} cannot be read: {error}.", RESTORE)
            continue
        if document.schema != documents.SCHEMA:
            yield Problem(f"{name} is of schema {document.schema}, not {documents.SCHEMA}.", RESTORE)
            continue
        if digest_of(publication.document) != publication.digest:
            yield Problem(f"{name} is not as it was published: somebody changed it past the site.", RESTORE)
            continue
        if rendering.is_outdated(document):
            what = f"{name} has HTML of an older release."
            yield Problem(what, mend=RERENDER)
        copies = {"slug": document.slug, **indexing.list_fields(document)}
        if wrong := [field for field, value in copies.items() if getattr(publication, field) != value]:
            itself = Publication.objects.filter(pk=publication.pk)
            yield Problem(
                f"{name} is listed with another {' and '.join(wrong)} than it has.",
                mend=partial(itself.update, **copies),
            )


def check_addresses() -> Iterable[Problem]:
    live = Counter(Publication.objects.live().order_by().values_list("kind", "slug"))
    for (kind, slug), count in live.items():
        if count > 1:
            yield Problem(
                f"{count} live things have the address of the {kind} “{slug}”; readers see one of them.",
                "Give all but one another slug in the admin, and publish them.",
            )


def check_index() -> Iterable[Problem]:
    """By writing the rows of each anew, and taking that back."""
    shown = [*Publication.objects.live(), *Publication.objects.scheduled().filter(withdrawn_because="")]
    for publication in shown:
        try:
            with transaction.atomic():
                before = _index_rows(publication)
                _write_index(publication)
                is_right = _index_rows(publication) == before
                transaction.set_rollback(True)
        except (KeyError, IntegrityError) as error:
            what = f"{publication} cannot be indexed: {error!r}."
            yield Problem(what, "Mend what stands above, or publish it anew in the admin.")
            continue
        if not is_right:
            yield Problem(
                f"{publication} is indexed otherwise than its document says.",
                mend=partial(_write_index, publication),
            )


@transaction.atomic
def _write_index(publication: Publication) -> None:
    for relation in Publication._meta.related_objects:
        relation.related_model.objects.filter(publication=publication).delete()
    indexing.write(publication, publication.content)


def _index_rows(publication: Publication) -> list:
    """All that the index tables have of the publication, but for the keys of the rows."""
    found = []
    for relation in Publication._meta.related_objects:
        model = relation.related_model
        for row in model.objects.filter(publication=publication).order_by("pk"):
            values = {field.name: getattr(row, field.attname) for field in model._meta.concrete_fields}
            del values[model._meta.pk.name]
            for field in model._meta.many_to_many:
                values[field.name] = sorted(getattr(row, field.name).values_list("pk", flat=True))
            found.append((model, values))
    return found


def check_flags() -> Iterable[Problem]:
    around = freezing.surroundings()
    for model in publishing.KINDS:
        for thing in model.objects.all():
            live = publishing.live_publication(thing)
            has_changes = live is not None and live.content != publishing.freeze(thing, around)
            if has_changes != thing.has_changes:
                yield Problem(
                    f"{thing} is listed with{'out' * has_changes} unpublished changes; it has "
                    f"{'some' if has_changes else 'none'}.",
                    mend=partial(publishing.note_changes, [thing]),
                )


def check_revisions() -> Iterable[Problem]:
    for revision in Revision.objects.order_by("pk").iterator():
        try:
            documents.from_json(revision.draft, DOCUMENTS[revision.kind])
        except (msgspec.MsgspecError, UnicodeError) as error:
            yield Problem(
                f"What was kept of “{revision}” (revision {revision.pk}) cannot be read: {error}.",
                "It can no longer be brought back; all others can. " + RESTORE,
            )


def check_pictures() -> Iterable[Problem]:
    """A document's text names its files, and so does a kept draft."""
    named = {picture.master: f"picture “{picture}”" for picture in Picture.objects.all()}
    for publication in Publication.objects.filter(kind="exercise").order_by("pk").iterator():
        where = f"exercise “{publication.slug}”, version {publication.number}"
        named |= dict.fromkeys(MEDIA_FILE.findall(publication.document), where)
    for picture in Picture.objects.all():
        named |= dict.fromkeys(
            (rendition["name"] for rendition in picture.renditions), f"picture “{picture}”"
        )
    for name, where in sorted(named.items()):
        if not (settings.MEDIA_ROOT / name).is_file():
            yield Problem(f"The file {name} of {where} is missing.", "Put it back into media/ from a backup.")


def check_litter() -> Iterable[Problem]:
    now = timezone.now()
    sessions = Session.objects.filter(expire_date__lt=now)
    links = PreviewLink.objects.filter(expires_at__lt=now)
    for rows, name in ((sessions, "sessions"), (links, "links to drafts")):
        if count := rows.count():
            yield Problem(f"Expired {name}: {count}.", mend=rows.delete, is_litter=True)


def check_static_files() -> Iterable[Problem]:
    collect = partial(call_command, "collectstatic", interactive=False, verbosity=0)
    if settings.DEBUG:
        return
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    try:
        paths = json.loads(manifest.read_text())["paths"].values()
    except (OSError, ValueError, KeyError):
        yield Problem("The static files have not been collected: pages cannot be shown.", mend=collect)
        return
    missing = [path for path in paths if not (settings.STATIC_ROOT / path).exists()]
    if missing:
        yield Problem(f"Static files are missing: {', '.join(missing[:5])}.", mend=collect)


def check_disk() -> Iterable[Problem]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < ROOM:
        yield Problem(
            f"The disk of {settings.DATA_DIR} has {free / 1e6:.0f} MB left.",
            "Make room: without it nobody can save.",
        )


# What needs the least comes first.
CHECKS = {
    "Disk": check_disk,
    "Static files": check_static_files,
    "Database": check_database,
    "Migrations": check_migrations,
    "Keys": check_keys,
    "Litter": check_litter,
    "Documents": check_documents,
    "Kept drafts": check_revisions,
    "Pictures": check_pictures,
    "Addresses": check_addresses,
    "Index": check_index,
    "Unpublished changes": check_flags,
}
FOUNDATIONS = {check_database, check_migrations, check_documents}
