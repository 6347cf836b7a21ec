"""What becomes of a file that is uploaded as a picture, and how readers get what was made of it."""

import io
import json
import re
import shutil
import struct
import tracemalloc
from typing import get_args

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.db import connection
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageCms, ImageFile, PngImagePlugin, WebPImagePlugin

from exercises import (
    checks,
    comparing,
    drafts,
    editing,
    exchange,
    files,
    freezing,
    pictures,
    publishing,
    uploads,
    zips,
)
from exercises import document as documents
from exercises.models import Exercise, Picture
from tests.images import make_image, make_picture, make_picture_value, packed, png_that_claims
from tests.make import make_exercise, make_exercise_value, make_surroundings


def make(data: bytes) -> pictures.Made:
    return pictures.make(io.BytesIO(data))


def opened(media, name: str) -> Image.Image:
    return Image.open(media / name)


def widths(made: pictures.Made, format: str) -> list[int]:
    return [rendition.width for rendition in made.renditions if rendition.format == format]


# What is made


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_format_that_is_taken_becomes_avif_webp_and_jpeg(media, format):
    made = make(packed(format=format))
    assert [r.format for r in made.renditions] == ["avif", "avif", "webp", "webp", "jpg", "jpg"]
    for rendition in made.renditions:
        image = opened(media, rendition.name)
        image.load()
        assert image.size == (rendition.width, rendition.height)
        assert image.format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[rendition.format]


def test_a_picture_is_made_in_a_few_widths_and_never_enlarged(media):
    assert widths(make(packed(make_image(2000, 1000))), "webp") == [480, 960, 1600]
    assert widths(make(packed(make_image(1000, 800))), "webp") == [480, 960, 1000]
    assert widths(make(packed(make_image(480, 400))), "webp") == [480]


def test_a_tall_picture_is_no_taller_than_what_a_screen_can_use(media):
    made = make(packed(make_image(1500, 6000)))
    assert (made.width, made.height) == (500, 2000)


def test_the_master_of_the_busiest_picture_is_small_enough_to_be_taken_again(media):
    channels = [Image.effect_noise((1600, 2000), 200) for _ in range(3)]
    master = pictures._packed(Image.merge("RGB", channels), pictures.MASTER)
    assert len(master) < pictures.MOST_BYTES


def test_a_transparent_picture_stays_transparent_and_gets_png_for_old_browsers(media):
    image = make_image(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    made = make(packed(image, "PNG"))
    assert {r.format for r in made.renditions} == {"avif", "webp", "png"}
    assert all(opened(media, r.name).convert("RGBA").getextrema()[3][0] < 20 for r in made.renditions)


def test_an_alpha_channel_that_hides_nothing_does_not_count(media):
    made = make(packed(make_image(mode="RGBA"), "PNG"))
    assert {r.format for r in made.renditions} == {"avif", "webp", "jpg"}


@pytest.mark.parametrize(
    ("mode", "format"), [("L", "JPEG"), ("CMYK", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG")]
)
def test_pictures_in_other_kinds_of_colour_are_taken(media, mode, format):
    assert make(packed(make_image(mode=mode), format)).width == 500


def test_sixteen_bits_of_grey_do_not_turn_white(media):
    made = make(packed(Image.new("I;16", (500, 400), 30000), "PNG"))
    assert opened(media, made.master).convert("L").getpixel((9, 9)) == pytest.approx(117, abs=2)


def test_a_picture_is_turned_upright(media):
    """Orientation 6: the camera was held on its side, and the top of the picture is on the right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = make_image(400, 600).rotate(90, expand=True)
    made = make(packed(lying, exif=exif))
    assert (made.width, made.height) == (400, 600)
    for name in (made.master, made.renditions[-1].name):
        red, green, _ = opened(media, name).convert("RGB").getpixel((200, 20))
        assert green > 150 > red


def test_nothing_of_what_the_camera_noted_goes_on(media):
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 29: "SECRET-PLACE"})
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SECRET-NOTE")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg = packed(exif=exif, comment=b"SECRET-COMMENT", xmp=b"<x>SECRET-XMP</x>", icc_profile=profile)
    png = packed(format="PNG", pnginfo=notes, exif=exif)
    assert b"SECRET-PLACE" in jpeg
    assert b"SECRET-NOTE" in png
    make(jpeg)
    make(png + b"SECRET-BEHIND-THE-END")
    for path in media.iterdir():
        assert b"SECRET" not in path.read_bytes()
        with Image.open(path) as image:
            assert dict(image.getexif()) == {}
            assert "icc_profile" not in image.info


def test_the_same_picture_gets_the_same_names_and_what_is_there_is_not_written_again(media):
    first = make(packed(format="PNG"))
    before = {path: path.stat().st_mtime_ns for path in media.iterdir()}
    assert make(packed(format="PNG", compress_level=1)) == first
    assert {path: path.stat().st_mtime_ns for path in media.iterdir()} == before


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_master_gives_itself_again(media, mode):
    image = make_image(2500, 1700, mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    made = make(packed(image, "PNG"))
    again = make(pictures.master_of(made.master))
    assert again == made


def test_colours_of_another_profile_are_turned_into_those_of_the_web(media):
    lab = ImageCms.createProfile("LAB")
    broken = make(packed(icc_profile=b"no profile at all"))
    assert opened(media, broken.master).convert("RGB").getpixel((10, 300))[0] > 150
    assert make(packed(icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())).width == 500


# What is refused


def refusal(data: bytes) -> str:
    with pytest.raises(pictures.Refused) as refused:
        make(data)
    return str(refused.value)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500"><script>alert(1)</script></svg>'
POLYGLOT = packed(make_image(mode="P"), "GIF") + b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        SVG,
        POLYGLOT,
        packed(format="BMP"),
        packed(format="TIFF"),
        packed(format="ICO"),
        packed(format="PPM"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 500 500\n",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
    ],
    ids=["empty", "html", "svg", "gif", "bmp", "tiff", "ico", "ppm", "eps", "stub-jpeg", "stub-webp"],
)
def test_what_is_no_jpeg_png_webp_or_avif_is_refused_whatever_it_is_called(media, data):
    said = refusal(data)
    assert "JPEG, PNG, WebP or AVIF" in said or "damaged" in said
    assert not media.exists()


def webp_that_claims(width: int, height: int) -> bytes:
    data = bytearray(packed(format="WEBP", lossless=True))
    place = data.index(b"VP8L") + 9
    rest = struct.unpack("<I", data[place : place + 4])[0] & ~0xFFFFFFF
    data[place : place + 4] = struct.pack("<I", rest | (width - 1) | (height - 1) << 14)
    return bytes(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "data",
    [
        png_that_claims(50_000, 50_000),
        png_that_claims(7_000, 7_000),
        png_that_claims(2_000_000_000, 2),
        webp_that_claims(16_383, 16_383),
        webp_that_claims(7_000, 7_000),
    ],
    ids=["png", "png, a little", "png, a line", "webp", "webp, a little"],
)
def test_a_picture_that_unpacks_to_something_enormous_is_refused_before_it_is_decoded(
    media, monkeypatch, data
):
    for kind in (ImageFile.ImageFile, WebPImagePlugin.WebPImageFile):
        monkeypatch.setattr(kind, "load", lambda *_: pytest.fail("It was decoded."))
    assert len(data) < 10_000
    assert "more than 40 million pixels" in refusal(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_breaks_off_is_refused(media, format):
    noise = Image.effect_noise((600, 500), 90).convert("RGB")
    data = packed(noise, format)
    said = refusal(data[: len(data) * 2 // 3])
    assert "damaged" in said or "no picture that can be read" in said


def test_a_picture_with_fewer_rows_than_its_head_claims_is_refused_and_not_filled_up(media):
    assert "damaged" in refusal(png_that_claims(500, 400))


@pytest.mark.parametrize("format", ["WEBP", "PNG", "AVIF"])
def test_a_picture_that_moves_is_refused(media, format):
    data = packed(format=format, save_all=True, append_images=[make_image().rotate(180)], duration=100)
    assert "moves" in refusal(data)


def test_a_telephones_jpeg_with_a_second_picture_behind_it_is_taken(media):
    data = packed(format="MPO", save_all=True, append_images=[make_image(300, 200)])
    assert make(data).width == 500


def test_a_picture_that_would_be_seen_blurred_is_refused(media):
    assert "399 pixels wide; the least is 400" in refusal(packed(make_image(399, 900)))
    assert make(packed(make_image(400, 300))).width == 400


def test_a_strip_is_refused(media):
    assert "4 times as long" in refusal(packed(make_image(2401, 600)))
    assert make(packed(make_image(2400, 600))).width == 1600


def test_a_file_that_is_too_large_is_refused_before_anything_of_it_is_read(media):
    class Large(io.BytesIO):
        def read(self, *_):
            raise AssertionError("It was read.")

    with pytest.raises(pictures.Refused, match="11 MB; the most is 10 MB"):
        pictures.make(Large(bytes(11 * 1024 * 1024)))


def test_no_damage_to_a_file_gives_anything_but_a_refusal(media):
    """Every byte of the head, and every hundredth of the rest, turned over."""
    for format in ("JPEG", "PNG", "WEBP", "AVIF"):
        data = packed(make_image(400, 400), format)
        for place in [*range(0, 120, 3), *range(120, len(data), max(1, len(data) // 30))]:
            damaged = bytearray(data)
            damaged[place] ^= 0xFF
            try:
                pictures.sanitised(io.BytesIO(bytes(damaged)))
            except pictures.Refused as refused:
                assert str(refused)  # noqa: PT017


def test_an_upload_of_any_size_costs_neither_memory_nor_disk():
    """A body of 100 MB, which comes piece by piece, with a text behind the file."""
    parts = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n',
        b'\r\n--edge\r\nContent-Disposition: form-data; name="alt"\r\n\r\nTyped.\r\n--edge--\r\n',
    )

    class Body:
        left = 100 * 1024 * 1024
        head, tail = io.BytesIO(parts[0]), io.BytesIO(parts[1])

        def read(self, size=1):
            if piece := self.head.read(size):
                return piece
            if self.left:
                piece = bytes(min(size, self.left))
                self.left -= len(piece)
                return piece
            return self.tail.read(size)

    request = RequestFactory().post("/")
    handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
    meta = {
        "CONTENT_TYPE": "multipart/form-data; boundary=edge",
        "CONTENT_LENGTH": Body.left + sum(map(len, parts)),
    }
    tracemalloc.start()
    post, files = MultiPartParser(meta, Body(), [uploads.BoundedUpload(), *handlers]).parse()
    assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    tracemalloc.stop()
    assert post["alt"] == "Typed."
    assert uploads.MOST_BYTES < files["file"].size < uploads.MOST_BYTES + 200_000
    with pytest.raises(pictures.Refused, match="the most is 10 MB"):
        pictures.make(files["file"])


# How readers get it


@pytest.fixture
def made(media):
    return make(packed())


def test_every_file_of_a_picture_is_served_as_what_it_is_and_kept_for_ever(client, made, media):
    types = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
    for rendition in made.renditions:
        response = client.get(rendition.path, headers={"accept-encoding": "gzip, br"})
        assert response.status_code == 200
        assert b"".join(response) == (media / rendition.name).read_bytes()
        assert response["Content-Type"] == types[rendition.format]
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Content-Encoding" not in response
        assert int(response["Content-Length"]) == (media / rendition.name).stat().st_size
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not response.cookies


def test_a_file_is_read_and_nothing_else(client, made):
    path = made.renditions[0].path
    assert client.post(path).status_code == 405
    head = client.head(path)
    assert (head.status_code, head.content if not head.streaming else b"".join(head)) == (200, b"")


HASH = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        f"{HASH}.webp",
        f"{HASH}-480.webp",
        f"{HASH}-480.svg",
        f"{HASH}-480.webp%0a",
        f"{HASH}-480.webp.html",
        f"{HASH.upper()}.webp",
        "../legwork.sqlite3",
        "..%2flegwork.sqlite3",
        "%2e%2e/secret_key",
        "%2e%2e%2fsecret_key",
        "..\\secret_key",
        f"../media/{HASH}.webp",
        f"x/{HASH}.webp",
        ".hidden",
    ],
)
def test_other_names_lead_nowhere(client, db, media, name):
    media.mkdir()
    (media.parent / "secret_key").write_text("not for readers")
    (media.parent / "legwork.sqlite3").write_text("not for readers")
    (media / ".hidden").write_text("not for readers")
    (media / f"{HASH}-480.svg").write_text("not for readers")
    response = client.get(f"/media/{name}")
    assert response.status_code == 404
    assert b"not for readers" not in response.content


# In an article


def with_picture(slug: str = "start", **fields):
    section = documents.Section(heading="What it is", body="A press.", picture=slug, **fields)
    return {"sections": (section, documents.Section(heading="Why", body="Because."))}


@pytest.fixture
def exercise(empty_site, media):
    make_picture()
    return make_exercise(**with_picture(caption="Mind the knees."))


def figure(client, path="/exercises/press/") -> str:
    html = client.get(path).content.decode()
    return html.partition("<figure")[2].partition("</figure>")[0]


def test_readers_see_the_picture_with_its_words_its_author_and_its_licence(client, exercise, media):
    html = figure(client)
    assert 'alt="Feet high on the plate."' in html
    assert "Mind the knees." in html
    assert "Picture: Ana Lima" in html
    assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>' in html
    assert 'width="500" height="400"' in html
    assert 'loading="lazy" decoding="async"' in html
    assert html.index("image/avif") < html.index("image/webp") < html.index("image/jpeg") < html.index("<img")
    for name in re.findall(r"/media/([^ \"]+)", html):
        assert (media / name).exists()


def test_a_page_without_a_picture_has_no_figure(client, exercise):
    assert client.get("/exercises/press/").content.decode().count("<figure class") == 1
    make_exercise("other")
    assert figure(client, "/exercises/other/") == ""


def test_those_who_hear_the_page_hear_nothing_of_a_decorative_picture(client, empty_site, media):
    make_picture(is_decorative=True, alt="", author="", licence="cc0-1.0", source="https://example.org/")
    make_exercise(**with_picture())
    html = figure(client)
    assert 'alt=""' in html
    assert 'Picture: <a href="https://creativecommons.org/publicdomain/zero/1.0/"' in html
    assert '(<a href="https://example.org/">source</a>)' in html


def test_what_staff_write_of_a_picture_is_no_markup(client, empty_site, media):
    make_picture(alt='"><script>', author="<b>Ana</b>")
    make_exercise(**with_picture(caption="<i>Mind</i>"))
    html = figure(client)
    assert not {"<script", "<b>", "<i>"} & set(re.findall(r"<\w+>?", html))


def test_the_focal_point_is_told_to_the_stylesheet_in_tenths(client, empty_site, media):
    make_picture(focal_x=0, focal_y=87)
    make_exercise(**with_picture())
    assert 'data-focal-x="0" data-focal-y="90"' in figure(client)
    styles = (settings.BASE_DIR / "static/css/site.css").read_text()
    for axis in "xy":
        rules = re.findall(rf'\[data-focal-{axis}="(\d+)"\] {{ --focal-{axis}: (\d+)%; }}', styles)
        assert sorted(int(tenth) for tenth, _ in rules) == [0, 10, 20, 30, 40, 60, 70, 80, 90, 100]
        assert all(tenth == percent for tenth, percent in rules)


def test_machines_are_told_of_the_picture_and_its_terms(client, exercise):
    html = client.get("/exercises/press/").content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1])
    (image,) = data["image"]
    assert image["contentUrl"].startswith("http://127.0.0.1:8000/media/")
    assert image["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert (image["creditText"], image["caption"]) == ("Ana Lima", "Mind the knees.")


def test_a_published_page_asks_for_no_picture(client, exercise, django_assert_num_queries):
    make_exercise("other")
    with CaptureQueriesContext(connection) as without:
        client.get("/exercises/other/")
    with django_assert_num_queries(len(without)):
        client.get("/exercises/press/")


def test_readers_see_a_change_of_the_picture_once_the_exercise_is_published(client, exercise):
    picture = Picture.objects.get()
    drafts.save_picture(
        make_picture_value(alt="Knees at a right angle.", image=packed(make_image(700))), picture
    )
    publishing.note_changes([exercise])
    assert Exercise.objects.get(pk=exercise.pk).has_changes
    assert publishing.has_unpublished_changes(exercise)
    assert [publication.name for publication in publishing.behind()] == ["press"]
    assert "Feet high" in figure(client)
    publishing.publish([exercise], "A better picture.")
    assert "Knees at a right angle." in figure(client)
    assert "Feet high" in figure(client, "/exercises/press/v/1/")
    for path in re.findall(r"/media/[^ \"]+", figure(client, "/exercises/press/v/1/")):
        assert client.get(path).status_code == 200


def test_a_document_whose_picture_is_gone_keeps_its_copy(client, exercise):
    exercise.sections.update(picture=None)
    Picture.objects.all().delete()
    publication = publishing.refresh(publishing.live_publication(exercise), "Anew.")
    assert publication.content.sections[0].picture_copy.alt == "Feet high on the plate."


def test_a_draft_goes_back_to_the_picture_that_it_had_and_a_copy_has_it_too(exercise):
    before = drafts.exercise_draft(exercise)
    assert (before.sections[0].picture, before.sections[1].picture) == ("start", "")
    editing.keep_first(exercise)
    exercise.sections.update(picture=None, caption="")
    editing.restore(exercise, before, "Back.")
    assert drafts.exercise_draft(exercise) == before
    assert drafts.exercise_draft(editing.copy(exercise)).sections == before.sections


def test_what_names_a_picture_that_is_gone_is_not_restored_and_says_so(exercise):
    before = drafts.exercise_draft(exercise)
    exercise.sections.update(picture=None)
    Picture.objects.all().delete()
    with pytest.raises(Picture.DoesNotExist, match="“start” is no longer here"):
        editing.restore(exercise, before, "Back.")


def test_a_preview_shows_the_picture_of_a_draft(client, exercise, editor):
    make_picture("end", alt="Feet low.")
    exercise.sections.filter(heading="What it is").update(picture=Picture.objects.get(slug="end"))
    assert "Feet low." in figure(client, f"/admin/exercises/exercise/{exercise.pk}/preview/")
    assert "Feet low." not in figure(client)


# What stands against publishing it


def problems(**fields) -> list[tuple[str, bool]]:
    copy = documents.PictureCopy(slug="start", **fields)
    around = msgspec.structs.replace(make_surroundings(), pictures={"start": copy})
    found = checks.check_exercise(make_exercise_value(**with_picture()), around)
    return [problem.what for problem in found if problem.is_error]


def test_a_picture_needs_an_alternative_text_or_the_mark_and_a_licence():
    assert problems(alt="Feet.", licence="own") == []
    assert problems(is_decorative=True, licence="public-domain") == []
    no_alt, no_licence = problems()
    assert "no alternative text" in no_alt
    assert "no licence" in no_licence


@pytest.mark.parametrize("licence", ["cc-by-4.0", "cc-by-sa-4.0", "permission"])
def test_a_licence_that_asks_for_the_author_gets_one(licence):
    assert "author is not named" in problems(alt="Feet.", licence=licence)[0]
    assert problems(alt="Feet.", licence=licence, author="Ana Lima") == []


def test_a_picture_that_does_not_exist_and_a_caption_without_one_are_noticed():
    found = checks.check_exercise(make_exercise_value(**with_picture()), make_surroundings())
    assert ["“start” does not exist" in p.what for p in found if p.is_error] == [True]
    found = checks.check_exercise(
        make_exercise_value(**with_picture("", caption="Mind.")), make_surroundings()
    )
    assert ["no picture" in p.what and not p.is_error for p in found] == [True]


def test_an_incomplete_picture_is_not_published(exercise):
    Picture.objects.update(alt="")
    with pytest.raises(publishing.Refused, match="picture “start”: It has no alternative text"):
        publishing.publish([exercise], "Again.")


def test_the_lists_of_what_is_missing_agree(media, db):
    said = [{"alt": ""}, {"licence": ""}, {"alt": "", "is_decorative": True}, {}]
    made = [make_picture(f"p{n}", **fields) for n, fields in enumerate(said)]
    assert [picture.is_incomplete for picture in made] == [True, True, False, False]
    assert set(Picture.objects.incomplete()) == set(made[:2])


def test_licences_have_the_same_names_everywhere():
    assert set(documents.LICENCES) == {"", *Picture.Licence.values} == set(get_args(documents.Licence))


# In words


def test_what_has_changed_in_a_picture_is_told():
    def frozen(**fields):
        rendition = documents.Rendition(name=f"{HASH}.jpg", format="jpg", width=500, height=400)
        given = {"slug": "start", "alt": "Feet.", "renditions": (rendition,), **fields}
        around = msgspec.structs.replace(
            make_surroundings(), pictures={"start": documents.PictureCopy(**given)}
        )
        return freezing.freeze_exercise(make_exercise_value(**with_picture()), around)

    other = documents.Rendition(name=f"{HASH}-480.jpg", format="jpg", width=480, height=400)
    after = frozen(alt="Knees.", focal_x=20, licence="own", renditions=(other,))
    assert [str(change) for change in comparing.compare(frozen(), after)] == [
        "Section “What it is”, picture, alternative text: text changed",
        "Section “What it is”, picture, licence: none → own",
        "Section “What it is”, picture, focal point from the left: 50 → 20",
        "Section “What it is”, picture: replaced",
    ]


def test_another_picture_and_another_caption_are_told():
    before = make_exercise_value(**with_picture(""))
    after = make_exercise_value(**with_picture("feet-high", caption="Mind."))
    assert [str(change) for change in comparing.compare(before, after)] == [
        "Section “What it is”: picture: none → feet high",
        "Section “What it is”: caption: text changed",
    ]


# From one site to another


def test_a_picture_travels_with_the_exercise_that_shows_it_and_comes_back_as_it_was(exercise, media):
    make_picture("unused")
    named = files.write(exchange.gather(["press"]))
    assert {name for name in named if name.startswith("pictures/")} == {
        "pictures/start.toml",
        "pictures/start.webp",
    }
    assert b"image" not in named["pictures/start.toml"]
    value, row = drafts.picture_value(Picture.objects.get(slug="start")), Picture.objects.get(slug="start")
    exercise.sections.all().delete()
    exercise.publications.all().delete()
    exercise.delete()
    Picture.objects.all().delete()
    shutil.rmtree(media)
    content = files.read(zips.from_zip(io.BytesIO(zips.to_zip(named))))
    exchange.take_in(content)
    again = Picture.objects.get()
    assert drafts.picture_value(again) == value
    assert (again.master, again.renditions) == (row.master, row.renditions)
    assert all((media / rendition["name"]).exists() for rendition in again.renditions)
    assert files.write(exchange.gather(["press"])) == named
    assert exchange.take_in(content).entries == ()


def content_with(image: bytes, **fields) -> files.Content:
    return files.Content(pictures=(make_picture_value(image=image, **fields),))


@pytest.mark.usefixtures("empty_site")
def test_an_import_refuses_what_an_upload_refuses(media):
    for image in (SVG, png_that_claims(50_000, 50_000)):
        with pytest.raises(files.ContentError, match=r"pictures/start\.toml: This picture|is no picture"):
            exchange.take_in(content_with(image))
    with pytest.raises(files.ContentError, match="decorative picture has no alternative text"):
        exchange.take_in(content_with(packed(), is_decorative=True))
    assert not Picture.objects.exists()


@pytest.mark.usefixtures("empty_site")
def test_a_trial_shows_what_would_change_and_writes_no_row(media):
    report = exchange.take_in(content_with(packed()), is_trial=True)
    assert [(entry.kind, entry.is_new) for entry in report.entries] == [("picture", True)]
    assert not Picture.objects.exists()
    exchange.take_in(content_with(packed()))
    (entry,) = exchange.take_in(content_with(packed(make_image(600)), alt="Other.")).entries
    assert [str(change) for change in entry.changes] == [
        "alternative text: text changed",
        "image: replaced",
    ]


def test_an_import_that_changes_a_picture_shows_on_the_exercise(exercise):
    exchange.take_in(content_with(packed(), alt="Other."))
    assert Exercise.objects.get(pk=exercise.pk).has_changes


TOML = b'slug = "start"\ntitle = "Start"\n'


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ({"pictures/start.toml": TOML}, "start.toml: no image of this name lies beside it"),
        ({"pictures/start.webp": b"x"}, "start.webp: there is no .toml file of this name"),
        (
            {"pictures/start.toml": TOML, "pictures/start.webp": b"x", "pictures/start.jpg": b"x"},
            "more than one image",
        ),
        (
            {"pictures/start.toml": TOML + b'image = "eA=="\n', "pictures/start.webp": b"x"},
            "“image” is no field",
        ),
        ({"pictures/start.svg": b"x"}, "only .toml files and images"),
        ({"exercises/start.webp": b"x"}, "only .toml files belong here"),
        ({"pictures/start.toml": TOML + b'source = "javascript:alert(1)"\n'}, "begins with https://"),
        ({"pictures/start.toml": TOML + b'licence = "mine"\n'}, "Invalid enum value 'mine'"),
    ],
)
def test_a_folder_says_what_is_wrong_with_its_pictures(named, complaint):
    with pytest.raises(files.ContentError) as refused:
        files.read(named)
    assert any(complaint in problem for problem in refused.value.problems)


def test_an_exercise_that_names_a_picture_which_is_not_there_is_not_taken_in(exercise, media):
    content = exchange.gather(["press"])
    exercise.sections.update(picture=None)
    Picture.objects.all().delete()
    with pytest.raises(files.ContentError, match="names the picture “start”"):
        exchange.take_in(msgspec.structs.replace(content, pictures=()))


def test_a_picture_whose_file_was_lost_is_named_by_the_export(exercise, media):
    shutil.rmtree(media)
    with pytest.raises(files.ContentError, match=r"pictures/start\.webp: the file of this picture is gone"):
        files.write(exchange.gather(["press"]))
