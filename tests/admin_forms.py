"""What a browser does with the admin's forms."""

from django.contrib.messages import get_messages
from django.urls import reverse


def url(page, thing):
    return reverse(f"admin:exercises_{thing._meta.model_name}_{page}", args=[thing.pk])


def form_of(client, thing):
    """What a browser would send back of a change form that nobody has touched."""
    return fields_of(client.get(url("change", thing)))


def fields_of(response):
    """The same, of a form that it was shown already."""
    data = {}
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    for form in [
        response.context["adminform"].form,
        *[form for formset in formsets for form in formset.forms],
    ]:
        for field in form:
            value = field.value()
            if isinstance(value, list):
                data[field.html_name] = [getattr(item, "pk", item) for item in value]
            elif value is not None and value is not False:
                data[field.html_name] = value
    for formset in formsets:
        for field in formset.management_form:
            data[field.html_name] = field.value()
    return data


def save(client, thing, **changes):
    return client.post(url("change", thing), {**form_of(client, thing), **changes})


def complaints(response):
    """What a refused form says, in one text."""
    html = response.content.decode()
    assert response.status_code == 200
    assert "Please correct the error" in html
    return html


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def asks_to_sign_in(response) -> bool:
    """What was sent is carried along by a page; where nothing was sent, a redirect does."""
    if response.status_code == 302:
        return response["Location"].startswith("/admin/login/")
    return response.context["title"] == "Sign in again"
