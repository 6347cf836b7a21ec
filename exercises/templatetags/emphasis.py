import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..emphasis import level_of

register = template.Library()


@register.simple_tag(takes_context=True)
def region(context, *slugs) -> SafeString:
    """The attributes of one region of the muscle map, from the first of the slugs that `regions` has.

    `regions` maps a region's slug to an object with `level` (0 to 4, or None), `href` and `label`.
    A region that it does not have gets no attributes: the muscle has no part in this.
    """
    for slug in slugs:
        mark = context["regions"].get(slug)
        if mark:
            level = "" if mark.level is None else format_html(' data-level="{}"', mark.level)
            return format_html(
                '{} href="{}" aria-label="{}" tabindex="-1"{}',
                level,
                mark.href,
                mark.label,
                SafeString(" data-located" if mark.is_located else ""),
            )
    return SafeString("")


@register.simple_tag
def json_ld(data: dict) -> SafeString:
    """A data block, which browsers do not run and the content security policy does not touch."""
    # As json_script does: nothing in the text can end the element.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


@register.filter
def magnitude(number: int) -> int:
    """The number without its sign."""
    return abs(number)


@register.filter
def tenths(emphasis: int) -> int:
    """An emphasis of 1 to 10 as a width in percent."""
    return emphasis * 10


@register.filter
def level(emphasis: int) -> int:
    """The level, 0 to 4, that colours an emphasis of 1 to 10."""
    return level_of(emphasis)
