"""Fields written in Markdown: a preview by the real renderer, and links that complete themselves."""

from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse

from .. import checks, freezing, markdown

# Rendered as paragraphs and lists, or as a part of a sentence.
BLOCKS = {"body", "location", "function"}
INLINE = {"how_sure", "verdict", "caution_source"}
LONGEST = 100_000


class MarkdownFields:
    class Media:
        js = ["js/markdown-field.js"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in BLOCKS | INLINE:
            field.widget.attrs["data-markdown"] = "inline" if db_field.name in INLINE else "block"
        return field


def render_view(request: HttpRequest) -> JsonResponse | HttpResponseNotAllowed:
    """The HTML of a text as it would be published now, and what is wrong with its links, line by line."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    text = request.POST.get("text", "")
    if len(text) > LONGEST:
        return JsonResponse({"html": "", "problems": [f"The text is over {LONGEST} characters long."]})
    around = freezing.surroundings()
    names = freezing.link_names(around)
    render = markdown.render_inline if request.POST.get("kind") == "inline" else markdown.render
    problems = [f"Line {number}: {what}" for number, what in checks.links_by_line(text, around)]
    html = render(text, names, markdown.References())
    return JsonResponse({"html": html, "problems": problems})


def links_view(request: HttpRequest) -> JsonResponse:
    """Everything that can be linked: what to write, and what it is called."""
    names = freezing.link_names(freezing.surroundings())
    links = [
        {"link": f"[[{kind}:{slug}]]", "name": name}
        for kind, known in names.items()
        for slug, name in sorted(known.items())
    ]
    return JsonResponse({"links": links})
