"""Values in which one muscle, study or term takes the place of another, since the two are the same.

Pure Python.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from . import document as documents

# What is named where: kind and slug.
Name = tuple[str, str]

PAGES = {"muscle": "/muscles/", "study": "/evidence/", "term": "/glossary/"}

# What can stand only once in a list, and by what. Findings are taken for the same if all of them is.
KEYS: dict[type, Callable[[Any], Any]] = {
    str: lambda slug: slug,
    documents.Involvement: lambda involvement: involvement.muscle,
    documents.StanceEffect: lambda effect: (effect.muscle, effect.with_axis, effect.with_option),
    documents.EffectName: lambda name: name,
    documents.Finding: lambda finding: finding,
}


def follow(value: documents.Value, merged: Mapping[Name, str]) -> documents.Value:
    """The value with each name of something that is merged led on; `merged` has the slugs to lead to."""
    for (kind, gone), kept in merged.items():
        value = rename(value, kind, gone, kept)
    return value


def rename(value: documents.Value, kind: str, gone: str, kept: str) -> documents.Value:
    """The value with `kept` wherever it, or a text in it, names `gone`, both slugs of the kind.

    Where a list would then have two of the same, such as two steps of one option on a muscle, the one stays
    that was the kept one's before. The value's own slug stays as it is.
    """
    changes = {}
    for field in value.__struct_fields__:
        before = getattr(value, field)
        if isinstance(before, str):
            is_name = kind == "muscle" and field in ("muscle", "head_of")
            after = (kept if before == gone else before) if is_name else lead_on(before, kind, gone, kept)
        elif isinstance(before, tuple) and before:
            is_name = kind == "muscle" and field == "muscles"
            after = tuple(_rename_item(item, is_name, kind, gone, kept) for item in before)
            after = _each_once(before, after) if after != before else before
        else:
            continue
        if after != before:
            changes[field] = after
    return msgspec.structs.replace(value, **changes) if changes else value


def lead_on(text: str, kind: str, gone: str, kept: str) -> str:
    """The text with its links to `gone` leading to `kept`, whatever words they have."""
    if gone not in text:
        return text
    text = re.sub(rf"\[\[{kind}:{gone}(?=\]\]|\|)", f"[[{kind}:{kept}", text)
    # Plain links, but not those to a page of that address on some other site.
    return re.sub(rf"(?<![\w.:-]){PAGES[kind]}{gone}(?![\w-])", f"{PAGES[kind]}{kept}", text)


def count_links(value: documents.Value, kind: str, slug: str) -> int:
    """How many links in the texts of the value lead to the slug."""
    found = 0
    for field in value.__struct_fields__:
        content = getattr(value, field)
        for item in content if isinstance(content, tuple) else (content,):
            if isinstance(item, documents.Value):
                found += count_links(item, kind, slug)
            elif isinstance(item, str) and slug in item:
                found += len(re.findall(rf"\[\[{kind}:{slug}(?=\]\]|\|)", item))
                found += len(re.findall(rf"(?<![\w.:-]){PAGES[kind]}{slug}(?![\w-])", item))
    return found


def _rename_item(item, is_name: bool, kind: str, gone: str, kept: str):
    if isinstance(item, documents.Value):
        return rename(item, kind, gone, kept)
    return kept if is_name and item == gone else item


def _each_once(before: Sequence, after: Sequence) -> tuple:
    key = KEYS.get(type(after[0]))
    if key is None:
        return tuple(after)
    found = {}
    for old, new in zip(before, after, strict=True):
        if key(new) not in found or key(old) == key(new):
            found[key(new)] = new
    return tuple(found.values())
