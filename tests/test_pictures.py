"""What becomes of a file that is uploaded as a picture, and how readers get what was made of it."""

import io
import tracemalloc

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory
from PIL import Image, ImageCms, PngImagePlugin

from exercises import pictures, uploads
from tests.images import make_image, packed, png_that_claims


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
    assert (made.width, made.height) == (600, 2400)


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


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(50_000, 50_000), (7_000, 7_000), (2_000_000_000, 2)])
def test_a_picture_that_unpacks_to_something_enormous_is_refused_unread(media, size):
    tracemalloc.start()
    said = refusal(png_that_claims(*size))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert "more than 40 million pixels" in said or "damaged" in said


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
        assert "default-src 'self'" in response["Content-Security-Policy"]
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
        "%00",
        ".hidden",
    ],
)
def test_other_names_lead_nowhere(client, db, media, name):
    media.mkdir()
    (media.parent / "secret_key").write_text("secret")
    (media.parent / "legwork.sqlite3").write_text("secret")
    (media / ".hidden").write_text("secret")
    (media / f"{HASH}-480.svg").write_text("secret")
    response = client.get(f"/media/{name}")
    assert response.status_code == 404
    assert b"secret" not in response.content
