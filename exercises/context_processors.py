from django.conf import settings


def site(request):
    """What every page needs of the settings: the address that canonical links start with."""
    return {"site_url": settings.SITE_URL}
