"""Moves a site from SQLite to an empty PostgreSQL database: all of it, compared row by row, or nothing."""

from collections.abc import Iterable
from itertools import islice

import environ
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from . import doctor

TARGET = "target"
BATCH = 500


class MoveError(Exception):
    """What stands against it, in words for those who run the site."""


def move(url: str) -> dict[str, int]:
    """Copy every row to the database at the address. Gives the number of rows by table.

    The tables are made, filled and compared in one transaction there, and nobody can write here meanwhile.
    Raises MoveError, and leaves the other database as empty as it was. This one is never changed.
    """
    _connect(url)
    target = connections[TARGET]
    try:
        with transaction.atomic(), transaction.atomic(using=TARGET), target.cursor() as cursor:
            if target.introspection.table_names(cursor):
                raise MoveError("The other database has tables already. Give one that is empty.")
            if problems := list(doctor.check_migrations()):
                raise MoveError(f"This database is not up to date. {problems[0].what} {problems[0].advice}")
            # Changing a table needs all that refers to it checked already; copying, not before the end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            call_command("migrate", database=TARGET, verbosity=0, interactive=False)
            _empty(cursor)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for model in _models():
                _copy(model)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            doctor.reset_keys(TARGET)
            return {model._meta.db_table: _compare(model) for model in _models()}
    except DatabaseError as error:
        raise MoveError(f"The database says: {str(error).strip()}") from error
    finally:
        target.close()


def _connect(url: str) -> None:
    try:
        where = environ.Env.db_url_config(url)
    except (ValueError, environ.ImproperlyConfigured) as error:
        raise MoveError("This is no address of a database: postgres://user:password@host/name.") from error
    if connection.vendor != "sqlite" or where.get("ENGINE") != "django.db.backends.postgresql":
        raise MoveError("Only a site on SQLite can be moved, and to PostgreSQL: postgres://user@host/name.")
    every = connections.configure_settings({"default": connection.settings_dict, TARGET: where})
    connections.settings[TARGET] = every[TARGET]


def _models() -> Iterable:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _empty(cursor) -> None:
    """Of what migrations have written. It comes with the rows, under the keys that it has here."""
    tables = (connections[TARGET].ops.quote_name(model._meta.db_table) for model in _models())
    cursor.execute(f"TRUNCATE {', '.join(tables)}")


def _copy(model) -> None:
    for row in model._base_manager.order_by("pk").iterator():
        try:
            row.save_base(using=TARGET, raw=True, force_insert=True)  # raw: as it is, dates of saving too
        except (DatabaseError, ValueError) as error:
            what = f"{model._meta.verbose_name} {row.pk} does not fit into PostgreSQL: {str(error).strip()}."
            raise MoveError(f"{what} Mend it here, then move again.") from error


def _compare(model) -> int:
    """How many rows there are. Each has to be there as it is here, and there no more than here."""
    fields = [field.attname for field in model._meta.concrete_fields]
    here = model._base_manager.order_by("pk").values_list("pk", *fields).iterator()
    count = 0
    while rows := list(islice(here, BATCH)):
        keys = [row[0] for row in rows]
        there = model._base_manager.using(TARGET).filter(pk__in=keys).values_list("pk", *fields)
        copies = {row[0]: row for row in there}
        for row in rows:
            if copies.get(row[0]) != row:
                raise MoveError(f"{model._meta.verbose_name} {row[0]} is not there as it is here.")
        count += len(rows)
    if model._base_manager.using(TARGET).count() != count:
        raise MoveError(f"There are more rows in {model._meta.db_table} than here.")
    return count
