"""What the log says: which request, what happened, and nothing about who it was."""

import logging
import re

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from .request_ids import current

# The token of a link to a draft lets in whoever knows it; an address is somebody's.
SECRET = re.compile(r"(/preview/)[\w-]{20,}")
ADDRESS = re.compile(r"\bip=\S+")


def scrub(text: str) -> str:
    return ADDRESS.sub("ip=-", SECRET.sub(r"\1-", text))


class NameRequest(logging.Filter):
    """Gives each record the name of the request during which it was made."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True


class PlainLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


class JsonLines(JsonFormatter):
    """An object on each line, with what the record was given besides its message. Django gives the request
    itself, which would be written with all of its query."""

    def __init__(self):
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
            "%Y-%m-%dT%H:%M:%S%z",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "request", "server_time"],
        )

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))
