"""The folder in which content is kept as files: between the files and the values of document.py.

    groups.toml  actions.toml  muscles/soleus.toml  exercises/leg-press.toml  studies/da-silva-2008.toml
    terms/concentric.toml  pictures/feet-high.toml  pictures/feet-high.webp

A picture is two files of the same name: what is said of it, and its image, as it could be uploaded.
exercises/content/ is such a folder, and so is what staff export and import. Nothing here touches rows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from . import document as documents

FOLDERS = {
    "pictures": documents.Picture,
    "terms": documents.TermDocument,
    "muscles": documents.MuscleDocument,
    "exercises": documents.ExerciseDocument,
    "studies": documents.StudyDocument,
}
LAYOUT = "groups.toml, actions.toml, and .toml files in muscles/, exercises/, studies/, terms/ and pictures/"
IMAGES = (".webp", ".jpg", ".jpeg", ".png", ".avif")  # beside the .toml files in pictures/

SLUG_WORDS = "a slug has lower-case letters, digits and single hyphens, such as toe-angle"
ADDRESS_WORDS = "an address begins with https:// or http://"

HEADER = re.compile(r"\[\[([a-z_.]+)\]\]")
KEY = re.compile(r"([A-Za-z0-9_]+)[ \t]*=[ \t]*")
ERROR_PLACE = re.compile(r" - at `\$(.*)`$")
ESCAPES = {"\\": "\\\\", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


class ContentError(Exception):
    """Content that cannot be read or taken in. `problems` has a sentence for each thing that is wrong,
    which starts with the file."""

    def __init__(self, *problems: str):
        super().__init__("\n".join(problems))
        self.problems = problems


class Groups(documents.Value, kw_only=True):
    """The file groups.toml."""

    groups: tuple[documents.MuscleGroup, ...] = ()


class Actions(documents.Value, kw_only=True):
    """The file actions.toml."""

    actions: tuple[documents.JointAction, ...] = ()


class Content(documents.Value, kw_only=True):
    """All that a folder holds."""

    groups: tuple[documents.MuscleGroup, ...] = ()
    actions: tuple[documents.JointAction, ...] = ()
    pictures: tuple[documents.Picture, ...] = ()
    terms: tuple[documents.TermDocument, ...] = ()
    muscles: tuple[documents.MuscleDocument, ...] = ()
    exercises: tuple[documents.ExerciseDocument, ...] = ()
    studies: tuple[documents.StudyDocument, ...] = ()

    @property
    def wholes_first(self) -> list[documents.MuscleDocument]:
        """The muscles in an order in which each comes after the one that it is a head of."""
        return sorted(self.muscles, key=lambda muscle: (bool(muscle.head_of), muscle.order, muscle.slug))


# Reading


def read_folder(folder: Path) -> Content:
    """Read a folder. Raises ContentError. Hidden files, which editors and version control leave, are not
    looked at."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    names = {name: path for name, path in names.items() if not re.search(r"(^|/)\.", name)}
    if links := [name for name, path in names.items() if path.is_symlink()]:
        raise ContentError(
            *(f"{name}: this is a link to somewhere else. Put the file there." for name in links)
        )
    return read({name: path.read_bytes() for name, path in names.items()})


def read(named: Mapping[str, bytes]) -> Content:
    """Read files, by their path within the folder. Raises ContentError with all that is wrong in them."""
    problems = [f"{name}: {problem}" for name in named if (problem := _misplaced(name))]
    parts: dict[str, list] = {"groups": [], "actions": [], **{folder: [] for folder in FOLDERS}}
    seen: dict[tuple[str, str], str] = {}
    images = {name: data for name, data in named.items() if _is_image(name)}
    for name in sorted(named.keys() - images.keys()):
        if _misplaced(name):
            continue
        try:
            for part, value in _read_file(name, named[name]):
                if part == "pictures":
                    value = _with_image(name, value, images)
                problems += [f"{name}: {problem}" for problem in _twice(value)]
                if first := seen.get((part, value.slug)):
                    problems.append(f"{name}: the slug “{value.slug}” is taken already, in {first}.")
                seen[part, value.slug] = name
                parts[part].append(value)
        except ContentError as error:
            problems += error.problems
    problems += [
        f"{name}: there is no .toml file of this name, which says what it shows."
        for name in images
        if f"{name.rpartition('.')[0]}.toml" not in named
    ]
    if problems:
        raise ContentError(*problems)
    return Content(**{part: tuple(values) for part, values in parts.items()})


def _is_image(name: str) -> bool:
    folder, _, rest = name.rpartition("/")
    return folder == "pictures" and rest.lower().endswith(IMAGES)


def _with_image(name: str, picture: documents.Picture, images: dict[str, bytes]) -> documents.Picture:
    """The picture with the image that lies beside it, which is taken out of `images`."""
    beside = [other for other in images if other.rpartition(".")[0] == name.removesuffix(".toml")]
    found = [images.pop(other) for other in beside]
    if picture.image:
        raise ContentError(f"{name}: “image” is no field. Put the image beside this file.")
    if len(found) != 1:
        how_many = "more than one image" if found else "no image"
        endings = ", ".join(IMAGES)
        raise ContentError(f"{name}: {how_many} of this name lies beside it. Put one there ({endings}).")
    return msgspec.structs.replace(picture, image=found[0])


def _misplaced(name: str) -> str:
    """Why the file cannot stand where it does; empty if it can."""
    folder, _, rest = name.rpartition("/")
    if name in ("groups.toml", "actions.toml") or (folder in FOLDERS and rest.endswith(".toml")):
        return ""
    if _is_image(name):
        return ""
    if folder in FOLDERS:
        images = f" and images ({', '.join(IMAGES)})" if folder == "pictures" else ""
        return f"only .toml files{images} belong here."
    return f"this does not belong here. A folder of content has {LAYOUT}."


def _read_file(name: str, data: bytes) -> list[tuple[str, documents.Value]]:
    """What the file holds, each with the part of the content that it belongs to."""
    kind = FOLDERS.get(name.partition("/")[0])
    if kind:
        return [(name.partition("/")[0], _decode(name, data, kind))]
    if name == "groups.toml":
        return [("groups", group) for group in _decode(name, data, Groups).groups]
    return [("actions", action) for action in _decode(name, data, Actions).actions]


def _decode(name: str, data: bytes, kind):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ContentError(f"{name}: line {line} is not UTF-8. Save the file as UTF-8.") from error
    try:
        value = documents.from_toml(text, kind)
    except msgspec.ValidationError as error:
        raise ContentError(f"{name}: {_with_line(str(error), text)}") from error
    except RecursionError as error:
        raise ContentError(f"{name}: its lists are nested too deeply.") from error
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: a number with thousands of digits
        raise ContentError(f"{name}: {error}") from error
    if found := [f"{name}: {_with_line(problem, text)}" for problem in _frozen(value, "")]:
        raise ContentError(*found)
    return value


def _frozen(value: documents.Value, place: str) -> Iterator[str]:
    """Say of each field which only freezing fills that the value has it."""
    for field in documents.FROZEN.get(type(value), ()):
        if getattr(value, field):
            yield f"Object contains unknown field `{field}`: the site works it out by itself - at `${place}`"
    for field in value.__struct_fields__:
        content = getattr(value, field)
        for position, item in enumerate(content if isinstance(content, tuple) else ()):
            if isinstance(item, documents.Value):
                yield from _frozen(item, f"{place}.{field}[{position}]")


def _twice(value: documents.Value) -> list[str]:
    """What stands in the value twice, though it can only once."""
    if not isinstance(value, documents.ExerciseDocument):
        return []
    named = [f"axis “{axis.slug}”" for axis in value.axes]
    named += [f"muscle “{involvement.muscle}”" for involvement in value.involvements]
    for axis in value.axes:
        for option in axis.options:
            where = f"option “{option.slug}” of axis “{axis.slug}”"
            named.append(where)
            for effect in option.effects:
                other = f" with “{effect.with_option}”" if effect.with_option else ""
                named.append(f"effect on “{effect.muscle}”{other} in {where}")
    return [f"the {name} stands there twice." for name, count in Counter(named).items() if count > 1]


def _with_line(message: str, text: str) -> str:
    """The message with the number of the line that it speaks of, where that can be told, in place of its
    path within the file."""
    found = ERROR_PLACE.search(message)
    place = found[1] if found else ""
    message = message[: found.start()] if found else message
    message = message.replace(f"Expected `str` matching regex '{documents.SLUG}'", SLUG_WORDS)
    message = message.replace(f"Expected `str` matching regex {documents.WEB_ADDRESS!r}", ADDRESS_WORDS)
    lines = _lines(text)
    if field := re.search(r"unknown field `(.*?)`", message):
        place += f".{field[1]}"
    while place not in lines and place:
        place = re.sub(r"(\.[^.\[\]]+|\[[^\[\]]*\])$", "", place)
    return f"{message} (line {lines[place]})" if place else message


def _lines(text: str) -> dict[str, int]:
    """The line, from 1, of every table and key in the text, by its path: `.axes[0].options[2].slug`."""
    lines = {}
    counts: Counter[str] = Counter()
    table, quotes = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        if quotes:  # inside a text of several lines
            quotes = "" if quotes in line else quotes
        elif header := HEADER.match(line):
            table = ""
            *parents, last = header[1].split(".")
            for parent in parents:
                table += f".{parent}"
                table += f"[{counts[table] - 1}]"
            table += f".{last}"
            counts[table] += 1
            table += f"[{counts[table] - 1}]"
            lines[table] = number
        elif key := KEY.match(line):
            lines[f"{table}.{key[1]}"] = number
            start = line[key.end() : key.end() + 3]
            if start in ('"""', "'''") and start not in line[key.end() + 3 :]:
                quotes = start
    return lines


# Writing


def write(content: Content) -> dict[str, bytes]:
    """The files of the content, by their path within the folder. The same values give the same bytes.

    Raises ContentError for what could not be read back.
    """
    files = {}
    if content.groups:
        files["groups.toml"] = to_toml(Groups(groups=content.groups)).encode()
    if content.actions:
        files["actions.toml"] = to_toml(Actions(actions=content.actions)).encode()
    for folder in FOLDERS:
        for value in getattr(content, folder):
            if folder == "pictures":
                files[f"{folder}/{value.slug}.webp"] = value.image
                value = msgspec.structs.replace(value, image=b"")
            files[f"{folder}/{value.slug}.toml"] = to_toml(value).encode()
    if lost := [name for name, data in files.items() if not data]:
        raise ContentError(*(f"{name}: the file of this picture is gone. Upload it again." for name in lost))
    back = read(files)
    for part in content.__struct_fields__:
        if set(getattr(back, part)) != set(getattr(content, part)):
            raise ContentError(f"{part}: something in them does not come back from a file as it was written.")
    return files


def to_toml(value: documents.Value) -> str:
    """The value as a content file: one field to a line, texts of several lines as they are, and then a
    table for each of its parts. Fields that hold their default are left out."""
    return "\n".join(_tables(value, "")).lstrip("\n") + "\n"


def _tables(value: documents.Value, path: str) -> Iterator[str]:
    """The lines of the value and of the tables within it."""
    tables = []
    for field in msgspec.structs.fields(value):
        content = getattr(value, field.name)
        if not field.required and content == field.default:
            continue
        if isinstance(content, tuple) and content and isinstance(content[0], documents.EffectName):
            yield f"{field.name} = ["
            yield from (f"  {_inline(item)}," for item in content)
            yield "]"
        elif isinstance(content, tuple) and content and isinstance(content[0], documents.Value):
            tables.append((f"{path}{field.name}", content))
        else:
            yield f"{field.name} = {_plain(content)}"
    for name, items in tables:
        for item in items:
            yield f"\n[[{name}]]"
            yield from _tables(item, f"{name}.")


def _inline(value: documents.Value) -> str:
    given = msgspec.structs.asdict(value)
    return "{ " + ", ".join(f"{name} = {_plain(given[name])}" for name in given if given[name]) + " }"


def _plain(content: str | int | Iterable[str]) -> str:
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, int):
        return str(content)
    if isinstance(content, tuple):
        return f"[{', '.join(map(_plain, content))}]"
    text = "".join(map(_escaped, content))
    if "\n" not in text:
        return '"' + text.replace('"', '\\"').replace("\t", "\\t") + '"'
    # The first line end after the opening quotes does not count. Quotes that could be taken for the closing
    # ones are escaped: three and more in a row, and those at the end.
    return '"""\n' + re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), text) + '"""'


def _escaped(character: str) -> str:
    """As it stands between quotes; quotes, tabs and line ends are left to the kind of quotes."""
    if character in ESCAPES:
        return ESCAPES[character]
    is_control = (character < " " or character == "\x7f") and character not in "\n\t"
    return f"\\u{ord(character):04x}" if is_control else character
