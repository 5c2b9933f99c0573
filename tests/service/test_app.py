"""The prediction service as its users meet it: a real process, on a port of its own."""

import concurrent.futures
import contextlib
import gzip
import io
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from urllib.parse import urlsplit

import httpx
import hypothesis
import numpy as np
import psutil
import pytest
import schemathesis
from hypothesis import strategies
from PIL import Image
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mnist_helpers import artifacts, pictures, serve
from mnist_helpers.pictures import preparation
from mnist_helpers.serve import limits
from tests.service.conftest import in_a_thread

MARK = "Xsecret"  # in what is sent, to see that it comes back neither in answers nor in the log
JSON, PNG = "application/json", "image/png"
FORM = "multipart/form-data; boundary=cut"
BLANK = [[0] * 28] * 28


@pytest.fixture(scope="session")
def seven(stroke):
    """The 7 as JSON has it."""
    return (255 * pictures.prepare(stroke).image).round().astype(int).tolist()


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("serve") / "log.txt"


@pytest.fixture(scope="module")
def service(log):
    """One service for nearly all tests; in the end it must still be there, and stop cleanly."""
    with (
        log.open("w") as file,
        serve.Service(f"--model={artifacts.READER}", log=file) as service,
    ):
        yield service
        assert service.poll() is None, "it has crashed"
        assert service.stop() == 0
    assert "Traceback" not in log.read_text() and MARK not in log.read_text()


@pytest.fixture(scope="module")
def client(service):
    with httpx.Client(base_url=service.url, timeout=20, trust_env=False) as client:
        yield client


def as_file(array, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


def post(client, content, kind, **options):
    return client.post("/predict", content=content, headers={"content-type": kind}, **options)


def address(url):
    return urlsplit(url).hostname, urlsplit(url).port


# What is right


def test_health_says_which_model_answers(client, model):
    expected = {"version": model.version, "name": model.name, "trained_on": model.trained_on}
    assert expected["name"] == "the reader of handwriting that ships with the series"
    assert "MNIST" in expected["trained_on"] and "drawn by a program" in expected["trained_on"]
    assert client.get("/health").json() == {"status": "ok", "model": expected}


def test_the_page_comes_with_a_policy_that_keeps_other_hosts_out(client):
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ") and "http" not in policy
    assert not re.search(r"(src|href)=\"?(https?:)?//", page.text)
    for path, kind in {"/pad.js": "text/javascript", "/pad.css": "text/css"}.items():
        assert path in page.text
        answer = client.get(path)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        assert int(answer.headers["content-length"]) > 1000


def test_the_documentation_loads_nothing_from_other_hosts(client):
    page = client.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"(https?:)?//\w", page.text)
    local = re.findall(r"(?:src|href|url)(?:=|: ?)[\"']([^\"']+)", page.text)
    assert len(local) >= 4 and "/openapi.json" in local
    assert all(client.get(path).status_code == 200 for path in local)
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {"/health", "/predict"}


@pytest.mark.parametrize("count", [1, 3, limits.MAX_IMAGES])
def test_arrays_are_read_as_the_classifier_reads_them(count, client, model, seven):
    random = np.random.default_rng(count)
    sent = [np.roll(seven, shift, axis=1) for shift in random.integers(-3, 4, count)]
    answer = client.post("/predict", json={"images": [image.tolist() for image in sent]})
    assert answer.status_code == 200 and answer.json()["model"]["version"] == model.version
    predictions = answer.json()["predictions"]
    assert len(predictions) == count
    for image, prediction in zip(sent, predictions, strict=True):
        reading = model.judge(image.astype(np.float32) / np.float32(255))
        assert prediction["label"] == reading.label and prediction["image"] is None
        assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-5)
        assert prediction["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)
        assert (prediction["message"] is None) == (reading.label is not None)
    assert predictions[0]["label"] == 7


def test_the_order_of_the_images_is_kept(client, seven):
    answer = client.post("/predict", json={"images": [BLANK, seven, BLANK, seven]})
    assert [x["label"] for x in answer.json()["predictions"]] == [None, 7, None, 7]


def test_an_empty_image_gets_no_label_but_a_message(client):
    (prediction,) = client.post("/predict", json={"images": [BLANK]}).json()["predictions"]
    assert prediction["label"] is None and "No digit in view" in prediction["message"]


def test_the_image_that_the_network_saw_comes_when_asked_for(client, seven, stroke):
    answer = client.post("/predict?with_image=true", json={"images": [seven]})
    assert answer.json()["predictions"][0]["image"] == seven
    answer = post(client, as_file(stroke), PNG, params={"with_image": "true"})
    assert answer.json()["predictions"][0]["image"] == seven


@pytest.mark.parametrize("kind", limits.FORMATS)
def test_a_picture_is_read_as_the_classifier_reads_it(kind, client, model, stroke):
    picture = as_file(stroke, kind)
    answer = post(client, picture, f"image/{kind.lower()}")
    (prediction,) = answer.json()["predictions"]
    reading = model.read(io.BytesIO(picture))
    assert prediction["label"] == reading.label == 7
    assert prediction["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)


def test_several_pictures_come_as_a_form(client, stroke):
    sent = [as_file(stroke), as_file(np.full((90, 60), 200, np.uint8)), as_file(stroke, "JPEG")]
    files = [("files", (f"{MARK}.png", picture)) for picture in sent]
    answer = client.post("/predict", files=files, data={"other": "field"})
    assert answer.status_code == 200
    assert [x["label"] for x in answer.json()["predictions"]] == [7, None, 7]


def test_as_many_pictures_as_allowed_fit_into_a_form(client, stroke):
    answer = client.post("/predict", files=[("files", as_file(stroke))] * limits.MAX_FILES)
    assert [x["label"] for x in answer.json()["predictions"]] == [7] * limits.MAX_FILES


def test_a_blank_picture_is_no_error(client):
    answer = post(client, as_file(np.full((90, 60), 200, np.uint8)), PNG)
    assert answer.status_code == 200
    (prediction,) = answer.json()["predictions"]
    assert prediction["label"] is None and prediction["probabilities"] is None
    assert "No digit in view" in prediction["message"]


def test_of_an_animated_picture_the_first_frame_counts(client, stroke):
    other = Image.fromarray(np.rot90(stroke, 2))
    picture = as_file(stroke, "WEBP", save_all=True, append_images=[other] * 50)
    assert post(client, picture, "image/webp").json()["predictions"][0]["label"] == 7


def test_a_content_type_may_have_capitals_and_parameters(client, seven):
    body = json.dumps({"images": [seven]})
    assert post(client, body, "Application/JSON; charset=UTF-8").status_code == 200


def test_it_works_without_tensorflow():
    code = """
import sys
from mnist_helpers import artifacts, serve
from mnist_helpers.serve import classifier
serve.build_app(classifier.load(artifacts.READER))
print([name for name in ("tensorflow", "keras", "sklearn", "matplotlib") if name in sys.modules])
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert answer.stdout.strip() == b"[]"


# What is wrong: name → (status, content type, body or a function that makes it)


def grid(pixel="0", rows=28, columns=28):
    """Return a black image as JSON, one pixel of it as given."""
    shades = [["0"] * columns for _ in range(rows)]
    shades[0][-1] = pixel
    return "[" + ",".join(f"[{','.join(row)}]" for row in shades) + "]"


def body(*grids, more=""):
    return f'{{"images":[{",".join(grids)}]{more}}}'


def hostile_json():
    pixels = "-1 256 1000 1e999 -1e999 NaN Infinity -Infinity null true false 1.0 0.5 1e2 -0.0"
    pixels = [*pixels.split(), '"1"', f'"{MARK}"', '""', "[]", "{}", "[1]", "[[1]]", '{"a":1}', ""]
    pixels += ["9" * 400, "9" * 5000, "-" + "9" * 400, "18446744073709551616", "1e5000", "0." * 9]
    pixels += ["0x10", "01", "+1", "1_000", "'1'", "٣", "1.", ".5", "--1", "-", "1 2", "\\u0031"]
    for pixel in pixels:
        yield f"pixel {pixel[:22]}", 422, body(grid(pixel))
    yield "pixel in the second image", 422, body(grid(), grid("256"))
    yield "pixel in the last image", 422, body(*[grid()] * 99, grid("-1"))
    for rows, columns in [(27, 28), (29, 28), (28, 27), (28, 29), (1, 784), (784, 1), (1, 1)]:
        yield f"shape {rows}×{columns}", 422, body(grid(rows=rows, columns=columns))
    yield "large image", 413, body(grid(rows=400, columns=400))
    yield "ragged", 422, body(grid().replace("[0,0", "[0", 1))
    yield "channels", 422, body(re.sub("0", "[0]", grid()))
    yield "without the list of images", 422, '{"images":' + grid() + "}"
    yield "one list too many", 422, f'{{"images":[[{grid()}]]}}'
    yield "list without object", 422, f"[{grid()}]"
    values = ["[]", "[[]]", "[[[]]]", "null", "1", "true", "{}", f'"{MARK}"', "[null]", "[{}]"]
    for value in values:
        yield f"images {value}", 422, f'{{"images":{value}}}'
    for value in ["[]", "{}", "null", "1", "true", f'"{MARK}"', "NaN", "[[[[[[]]]]]]"]:
        yield f"root {value}", 422, value
    yield "other key", 422, f'{{"{MARK}":[{grid()}]}}'
    yield "key in capitals", 422, body(grid()).replace("images", "IMAGES")
    yield "extra key", 422, body(grid(), more=f',"{MARK}":1')
    yield "extra key in HTML", 422, body(grid(), more=f',"<script>{MARK}</script>":1')
    yield "extra key, long", 422, body(grid(), more=f',"{MARK * 100_000}":1')
    yield "many extra keys", 422, body(more="".join(f',"{MARK}{n}":1' for n in range(9999)))
    yield "option in the body", 422, body(grid(), more=',"with_image":true')
    yield "key twice, the second wrong", 422, body(grid(), more=',"images":[]')
    yield "__proto__", 422, body(grid(), more=',"__proto__":{"images":1}')
    yield "101 images", 413, body(*[grid()] * 101)
    yield "1000 images", 413, body(*[grid()] * 1000)
    for opening, closing in [("[", "]"), ('{"images":', "}"), ('{"images":[', "]}")]:
        for depth in (10_000, 80_000):
            yield f"deep {opening} {depth}", (413, 422), opening * depth
            yield (
                f"deep {opening} {depth}, closed",
                (413, 422),
                opening * depth + "1" + closing * depth,
            )
    yield "deep in a pixel", (413, 422), body(grid("[" * 10_000 + "]" * 10_000))
    good = body(grid())
    for length in [0, 1, 2, 5, 9, 10, 11, 12, 13, 14, 50, 500, len(good) - 2, len(good) - 1]:
        yield f"truncated to {length}", 422, good[:length]
    for name, ending in {"text": MARK, "comma": ",", "another": good, "brace": "}"}.items():
        yield f"followed by {name}", 422, good + ending
    yield "preceded by text", 422, MARK + good
    yield "trailing comma", 422, good[:-1] + ",}"
    yield "comment", 422, f"/* {MARK} */{good}"
    yield "single quotes", 422, good.replace('"', "'")
    yield "no quotes", 422, good.replace('"', "")
    yield "JSON as a string", 422, json.dumps(good)
    yield "YAML", 422, "images:\n- 1\n"
    yield "XML", 422, f"<images>{MARK}</images>"
    yield "white space", 422, " \n\t"
    yield "null bytes", 422, b"\0" * 99
    for encoding in ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7"]:
        coded = good if encoding != "utf-7" else good + "ä"
        yield f"encoded as {encoding}", 422, coded.encode(encoding)
    for raw in [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe4", b"\x00"]:
        yield f"not UTF-8: {raw.hex()}", 422, b'{"' + raw + b'":' + good.encode()[1:]
    yield "lone surrogate", 422, body(grid(), more=',"\\ud800":1')
    yield "gzip", 422, gzip.compress(good.encode(), mtime=0)
    yield "picture", 422, as_file(np.eye(9, dtype=np.uint8))


def hostile_types():
    kinds = "text/plain text/html application/octet-stream application/x-www-form-urlencoded json"
    kinds = f"{kinds} application/jsonp application/json-seq application/ld+json imagepng */* image"
    kinds = f"{kinds} multipart/mixed;boundary=cut multipart/form-dat multipart video/mp4 ; {MARK}"
    for kind in [*kinds.split(), "", None, "application/json, image/png", "application / json"]:
        yield f"type {kind}", 415, kind, body(grid())
    yield "charset UTF-16", 422, "application/json; charset=utf-16", body(grid()).encode("utf-16")
    yield "JSON as a picture", 422, PNG, body(grid())
    yield "picture as a form", 400, FORM, as_file(np.eye(9, dtype=np.uint8))
    yield "JSON as a form", 400, FORM, body(grid())
    yield "unknown kind of picture", 422, f"image/{MARK}", MARK


def part(content, name='form-data; name="files"; filename="a.png"', more=""):
    return f"--cut\r\nContent-Disposition: {name}\r\n{more}\r\n{content}\r\n"


def hostile_forms():
    end, text = "--cut--\r\n", part(MARK, 'form-data; name="files"')
    for kind in ["multipart/form-data", "multipart/form-data; boundary=", f"{FORM}{MARK}"]:
        yield f"{kind[10:]}", 400, kind, part(MARK) + end
    yield "boundary of 9999 letters", 400, FORM + "t" * 9999, part(MARK) + end
    yield "empty", 422, FORM, ""
    yield "only the end", 422, FORM, end
    yield "text in place of a file", 422, FORM, text + end
    yield "file of another name", 422, FORM, part(MARK, 'form-data; name="a"; filename="a"') + end
    yield "text field of 2 MB", 400, FORM, text.replace(MARK, MARK * 300_000) + end
    yield "2000 text fields", 413, FORM, part("", 'form-data; name="a"') * 2000 + end
    for count in (11, 12, 500, 20_000):
        yield f"{count} files", 413, FORM, part("") * count + end
    yield "no Content-Disposition", 400, FORM, f"--cut\r\n\r\n{MARK}\r\n{end}"
    yield "no name", 400, FORM, part(MARK, "form-data") + end
    yield "not form-data", 400, FORM, part(MARK, "attachment") + end
    yield "header without colon", 400, FORM, part(MARK, more=f"{MARK}\r\n") + end
    long = f'form-data; name="files"; filename="{MARK * 999}"'
    yield "file name of 7 kB", 400, FORM, part(MARK, long) + end
    yield "header of 1 MB", 400, FORM, part(MARK, more=f"A: {'a' * 1_000_000}\r\n") + end
    yield "10,000 headers", 400, FORM, part(MARK, more="A: a\r\n" * 10_000) + end
    yield "bare line feeds", 400, FORM, (part(MARK) + end).replace("\r", "")
    yield "text before the first part", 400, FORM, f"{MARK}\r\n{part(MARK)}{end}"
    for length in [1, 4, 5, 9, 20, 45, 75, 90]:
        yield f"broken off after {length}", (400, 422), FORM, (part(MARK) + end)[:length]
    nested = part(part(MARK) + end, more="Content-Type: multipart/mixed; boundary=cut\r\n")
    yield "nested", (400, 422), FORM, nested
    nested = part(part(MARK).replace("cut", "in"), more="Content-Type: multipart/mixed\r\n")
    yield "nested, other boundary", 422, FORM, nested + end
    yield "empty file", 422, FORM, part("") + end
    yield "no picture", 422, FORM, part(MARK) + end
    names = ["../../etc/passwd", MARK * 99, "\\0", "", "%00", "a\tb", "<script>", "ä", "\x7f"]
    for name in names:
        kind = f'form-data; name="files"; filename="{name}"'
        yield f"file name {name[:20]!r}", 422, FORM, part(MARK, kind) + end
    extended = f"form-data; name=\"files\"; filename*=bogus''{MARK}"
    yield "file name in an unknown charset", (400, 422), FORM, part(MARK, extended) + end
    yield "unknown charset", (400, 422), f"{FORM}; charset={MARK}", part(MARK) + end
    yield "transfer encoding", 422, FORM, part(MARK, more="Content-Transfer-Encoding: base64\r\n")
    yield "not UTF-8", (400, 422), FORM, part(MARK, 'form-data; name="ä"').encode("latin-1")
    yield "look-alikes of the boundary", 422, FORM, part("\r\n--cu" * 500_000) + end
    picture = as_file(np.eye(28, dtype=np.uint8) * 255).decode("latin-1")
    second = (part(picture) + part(MARK) + part(picture) + end).encode("latin-1")
    yield "second of three damaged", 422, FORM, second


def chunk(kind, content):
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width, height, *chunks):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"".join([b"\x89PNG\r\n\x1a\n", header, *chunks, chunk(b"IEND", b"")])


def tiff(width, height):
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 9}
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items()]
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(entries) + bytes(9)


def gif(width, height, frame_width, frame_height):
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, frame_width, frame_height, 0)
    return screen + frame + b"\x02\x02\x4c\x01\x00;"


def jpeg(width, height):
    picture = bytearray(as_file(np.zeros((8, 8), np.uint8), "JPEG"))
    frame = picture.index(b"\xff\xc0")
    picture[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(picture)


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("picture.png", bytes(1_000_000))
    return file.getvalue()


def hostile_pictures():
    noise = np.random.default_rng(0).integers(0, 255, (60, 80), np.uint8)
    for kind in preparation.FORMATS:
        whole = as_file(noise, kind)
        for share in (0, 0.0005, 0.002, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9):
            yield f"{kind}, {share:.2%} of it", 422, whole[: int(share * len(whole))]
    magics = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF87a", b"GIF89a", b"BM", b"II*\0"]
    magics += [b"MM\0*", b"RIFF\x99\x99\0\0WEBPVP8 ", b"RIFF\x99\x99\0\0WEBPVP8X", b"P6 ", b"Pf "]
    for seed, magic in enumerate(magics * 3):
        random = np.random.default_rng(seed).bytes(2000)
        yield f"{magic[:12]!r} and random bytes {seed}", (413, 422), magic + random
    Image.init()
    others = ["ICO", "PDF", "EPS", "PCX", "TGA", "SGI", "DDS", "JPEG2000", "AVIF"]
    for kind in others:
        if kind in Image.SAVE:
            yield kind, 422, as_file(noise, kind)
    yield "PSD", 422, b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 1, 9, 9, 8, 1) + bytes(999)
    yield "XBM", 422, "#define a_width 8\n#define a_height 1\nstatic char a_bits[] = {0x01};"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///{MARK}"/></svg>'
    yield "SVG", 422, svg
    yield "HTML", 422, f"<html>{MARK}</html>"
    yield "EPS with a command", 422, f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({MARK}) ="
    yield "zip", 422, archive()
    yield "model", 422, (artifacts.READER / artifacts.MODEL).read_bytes()
    yield "exported model", 422, (artifacts.READER / artifacts.EXPORTED).read_bytes()
    yield "random bytes", 422, np.random.default_rng(0).bytes(100_000)
    yield "text", 422, MARK
    yield "PNG of no width", 422, png(0, 9)
    yield "PNG of no size", 422, png(0, 0, chunk(b"IDAT", zlib.compress(b"")))
    yield "PNG without data", 422, png(99, 99)
    yield "PNG with too little data", 422, png(99, 99, chunk(b"IDAT", zlib.compress(b"\0" * 99)))
    yield "PNG with a wrong checksum", 422, as_file(noise)[:-40] + b"\0" * 40
    yield "PPM of no size", 422, b"P5 0 0 255\n"
    yield "PPM of negative size", 422, b"P5 -9 -9 255\n" + bytes(99)
    yield "PPM of long numbers", (413, 422), b"P5 " + b"9" * 5000 + b" 9 255\n"
    yield "GIF of no size", 422, gif(0, 0, 0, 0)
    yield "TIFF of no size", 422, tiff(0, 0)
    for side in (5001, 12_000, 20_000):
        data = bytes(side // 8 + 1)
        yield (
            f"bomb: PNG {side}",
            413,
            lambda s=side, d=data: png(s, s, chunk(b"IDAT", zlib.compress(d * s, 1))),
        )
    yield "bomb: PNG 65535", 413, png(65535, 65535)
    yield "bomb: PNG 2³¹", (413, 422), png(2**31 - 1, 2**31 - 1)
    yield "bomb: one line", 413, png(2**28, 1)
    yield "bomb: GIF", 422, gif(65535, 65535, 1, 1)
    yield "bomb: GIF, frame larger than the screen", 422, gif(1, 1, 65535, 65535)
    yield "bomb: TIFF", 422, tiff(65535, 65535)
    yield "bomb: TIFF 2³¹", (413, 422), tiff(2**31 - 1, 2**31 - 1)
    yield "bomb: JPEG", 413, jpeg(65500, 65500)
    yield "bomb: PPM", 422, b"P5 99999 99999 255\n"
    yield "bomb: BMP", 422, b"BM" + struct.pack("<IIIIiiHH24x", 0, 0, 54, 40, 65535, 65535, 1, 8)
    text = b"Title\0\0" + zlib.compress(bytes(30_000_000), 1)
    yield "bomb: text in a PNG", 422, lambda: png(9, 9, chunk(b"zTXt", text))
    text_in_many = b"Title\0\1\0\0\0" + zlib.compress(bytes(30_000_000), 1)
    yield "bomb: international text", 422, lambda: png(9, 9, chunk(b"iTXt", text_in_many))
    profile = b"name\0\0" + zlib.compress(bytes(30_000_000), 1)
    yield "bomb: colour profile", 422, lambda: png(9, 9, chunk(b"iCCP", profile))


def hostile():
    """Yield (id, status, content type, body) of each."""
    for name, status, content in hostile_json():
        yield f"JSON: {name}", status, JSON, content
    yield from hostile_types()
    for name, status, kind, content in hostile_forms():
        yield f"form: {name}", status, kind, content
    for name, status, content in hostile_pictures():
        yield f"picture: {name}", status, PNG, content


HOSTILE = {name: case for name, *case in hostile()}


def assert_is_a_clear_refusal(answer, status):
    assert answer.status_code in (status if isinstance(status, tuple) else (status,)), answer.text
    assert set(answer.json()) == {"detail"} and answer.headers["content-type"] == JSON
    detail = answer.json()["detail"]
    assert isinstance(detail, str) and 10 < len(detail) < 400
    assert MARK not in answer.text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused(name, client, service):
    status, kind, content = HOSTILE[name]
    content = content() if callable(content) else content
    content = content.encode() if isinstance(content, str) else content
    headers = {} if kind is None else {"content-type": kind}
    answer = client.post("/predict", content=content, headers=headers)
    assert_is_a_clear_refusal(answer, status)
    assert service.poll() is None and client.get("/health").status_code == 200


@pytest.mark.parametrize("value", ["maybe", "2", "", "1e9", "true,true"])
def test_a_wrong_parameter_is_refused(value, client, seven):
    answer = client.post("/predict", params={"with_image": value}, json={"images": [seven]})
    assert_is_a_clear_refusal(answer, 422)
    assert "with_image" in answer.json()["detail"]


def test_the_message_says_which_picture_of_a_form_is_wrong(client, stroke):
    files = [("files", as_file(stroke)), ("files", b"text")]
    assert client.post("/predict", files=files).json()["detail"].startswith("Picture 2: ")


@pytest.mark.parametrize("kind", [JSON, PNG, FORM])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(kind, is_chunked, client):
    pieces = [b"\0" * 1_000_000] * 10 + [b"\0"]
    content = iter(pieces) if is_chunked else b"".join(pieces)
    answer = post(client, content, kind)
    assert_is_a_clear_refusal(answer, 413)
    assert answer.request.headers.get("content-length") == (None if is_chunked else "10000001")


def test_the_largest_body_is_not_too_large(client):
    assert_is_a_clear_refusal(post(client, bytes(limits.MAX_BYTES), PNG), 422)


def test_a_body_without_end_is_cut_off(service, client):
    with socket.create_connection(address(service.url), timeout=10) as connection:
        connection.sendall(
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        # The service hangs up; a time-out, which is an OSError too, would not do.
        with pytest.raises((ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
            for _ in range(1000):
                connection.sendall(b"F4240\r\n" + bytes(1_000_000) + b"\r\n")
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize("path", ["/predict", "/health", "/", "/docs", "/openapi.json", "/pad.js"])
def test_other_methods_are_refused(path, client):
    others = {"PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW"}
    others.add("GET" if path == "/predict" else "POST")
    for method in others:
        answer = client.request(method, path)
        assert answer.status_code == 405 and answer.json() == {"detail": "Method Not Allowed"}


@pytest.mark.parametrize(
    "path",
    [
        *("/predict/x", "/Predict", "//predict", "/health/x", "/redoc", "/favicon.ico", "/.env"),
        *(
            "/../mnist_helpers/models.py",
            "/%2e%2e/mnist_helpers/models.py",
            "/web/index.html",
        ),
        *(
            "/static-offline-docs/../../models.py",
            "/static-offline-docs/%2e%2e/%2e%2e/__init__.py",
        ),
        *("/static-offline-docs/..%2f..%2f__init__.py", "/static-offline-docs/..%5c__init__.py"),
        *("/static-offline-docs//etc/passwd", "/static-offline-docs/", "/static-offline-docs/%00"),
        *("/%00", "/%ff", "/" + "a" * 20_000, "/%0d%0aSet-Cookie:%20a=b", "/pad.py"),
        *("//etc/passwd", "/pad.js/../../models.py", "/..%5c..%5cmodels.py", "/index.html"),
    ],
)
def test_unknown_paths_and_ways_out_of_the_folder_lead_nowhere(path, service):
    answer = ask(
        service, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 404 ") and answer.endswith(b'{"detail":"Not Found"}')
    assert b"set-cookie" not in answer.lower()


def ask(service, content, hangs_up=False):
    """Send bytes, and perhaps an end; return the answer's, or none if it is cut off."""
    with socket.create_connection(address(service.url), timeout=10) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(content)
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


HEAD = (
    b"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: image/png\r\n"
)
RAW = {  # name → the request, and the statuses that may come; 0: no answer
    "TLS": (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(150), (400,)),
    "random bytes": (np.random.default_rng(0).bytes(5000), (400, 0)),
    "HTTP/0.9": (b"GET /\r\n\r\n", (400,)),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 404)),
    "no version": (b"GET /health\r\nHost: localhost\r\n\r\n", (400,)),
    "no path": (b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n", (400,)),
    "two words in the path": (b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", (400, 404)),
    "no host": (b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", (400,)),
    "empty": (b"", (0,)),
    "empty lines": (b"\r\n" * 1000, (400, 0)),
    "half a head": (HEAD[:40], (400, 0)),
    "a header without colon": (HEAD + b"Nonsense\r\n\r\n", (400,)),
    "a space before the colon": (HEAD + b"Content-Length : 0\r\n\r\n", (400,)),
    "a null byte in a header": (HEAD + b"A: a\0b\r\n\r\n", (400,)),
    "a header of 1 MB": (HEAD + b"A: " + b"a" * 1_000_000 + b"\r\n\r\n", (400, 0)),
    "100,000 headers": (HEAD + b"A: a\r\n" * 100_000 + b"\r\n", (400, 0)),
    "a path of 1 MB": (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n", (400, 0)),
    "length no number": (HEAD + b"Content-Length: abc\r\n\r\n", (400,)),
    "length negative": (HEAD + b"Content-Length: -1\r\n\r\n", (400,)),
    "length enormous": (HEAD + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n", (400, 0)),
    "two lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", (400,)),
    "length and chunks": (
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (400, 422),
    ),
    "length too long": (HEAD + b"Content-Length: 100\r\n\r\nabc", (400, 0)),
    "length too short": (HEAD + b"Content-Length: 1\r\n\r\nabc", (400, 422)),
    "no length": (HEAD + b"\r\nabc", (422,)),
    "unknown transfer": (HEAD + b"Transfer-Encoding: gzip\r\n\r\nabc", (400, 501)),
    "chunk of no length": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", (400,)),
    "chunk of negative length": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\na", (400,)),
    "chunk of enormous length": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nabc",
        (400, 0),
    ),
    "chunks without end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", (400, 0)),
    "smuggled request": (
        HEAD + b"Content-Length: 3\r\n\r\nabcGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        (422,),
    ),
    "CONNECT": (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n", (400, 404)),
    "another host": (b"GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", (400,)),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_http_does_not_harm(name, service, client):
    content, statuses = RAW[name]
    answer = ask(service, content, hangs_up=0 in statuses)
    found = int(answer.split(b" ", 2)[1]) if answer else 0
    assert found in statuses, answer
    assert answer.count(b"HTTP/1.1 200") == 0
    assert service.poll() is None and client.get("/health").status_code == 200


def test_a_websocket_is_not_opened(service):
    answer = ask(
        service,
        b"GET /predict HTTP/1.1\r\nHost: localhost\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 405 ")


# Under load, and in time


def test_a_log_that_grows_does_not_stop_the_service(client):
    for _ in range(300):  # the lines of the log would fill an unread pipe, of 64 kB
        assert client.get("/health", params={"a": "a" * 1000}).status_code == 200


def test_many_users_at_once_get_their_own_answers(service, stroke):
    blank = as_file(np.full((60, 60), 200, np.uint8))
    with (
        httpx.Client(base_url=service.url, timeout=20, trust_env=False) as client,
        concurrent.futures.ThreadPoolExecutor(16) as pool,
    ):
        sent = [as_file(stroke), blank] * 32
        answers = list(pool.map(lambda picture: post(client, picture, PNG), sent))
    labels = [answer.json()["predictions"][0]["label"] for answer in answers]
    assert labels == [7, None] * 32


def test_a_large_picture_does_not_hold_up_others(client, service):
    large = as_file(np.zeros((5000, 5000), np.uint8))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        before = time.monotonic()
        with httpx.Client(base_url=service.url, timeout=20, trust_env=False) as other:
            answer, count = pool.submit(post, other, large, PNG), 0
            while not answer.done():
                assert client.get("/health").status_code == 200
                count += 1
        duration = time.monotonic() - before
    assert answer.result().status_code == 200
    assert count > 10, f"{count} answers in {duration:.2f} s"


def test_a_body_that_does_not_come_ends_with_408(model, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.3)
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    with in_a_thread(model) as url:
        for length in (b"Content-Length: 100\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n"):
            with socket.create_connection(address(url), timeout=5) as connection:
                connection.sendall(head + length)
                assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_a_picture_that_takes_too_long_ends_with_503(model, blocked, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.3)
    with in_a_thread(model) as url:
        answer = httpx.post(f"{url}/predict", content=b"a", headers={"content-type": PNG})
        blocked.is_free.set()
    assert_is_a_clear_refusal(answer, 503)


def test_while_pictures_are_unpacked_others_wait_and_the_service_answers(model, blocked):
    with in_a_thread(model) as url, concurrent.futures.ThreadPoolExecutor() as pool:
        send = {"content": b"a", "headers": {"content-type": PNG}, "timeout": 20}
        sent = [pool.submit(httpx.post, f"{url}/predict", **send) for _ in range(4)]
        try:
            until = time.monotonic() + 5
            while blocked.count < limits.UNPACKING and time.monotonic() < until:
                assert httpx.get(f"{url}/health").status_code == 200
            time.sleep(0.2)
            assert httpx.get(f"{url}/health").status_code == 200
            assert blocked.count == limits.UNPACKING
        finally:
            blocked.is_free.set()
        assert [answer.result().status_code for answer in sent] == [200] * 4


# Start and end


def test_a_begun_request_is_finished_before_the_service_stops(stroke):
    picture = as_file(stroke)
    with (
        serve.Service(f"--model={artifacts.READER}") as service,
        socket.create_connection(address(service.url), timeout=10) as connection,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        length = f"Content-Length: {len(picture)}\r\n\r\n".encode()
        connection.sendall(HEAD + length + picture[:100])
        httpx.get(f"{service.url}/health")  # by now, the first half has arrived
        stopped = pool.submit(service.stop)
        time.sleep(0.5)
        assert not stopped.done()
        connection.sendall(picture[100:])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 ") and b'"label":7' in answer
        assert stopped.result() == 0


def test_idle_connections_do_not_hold_up_the_stop():
    with (
        serve.Service(f"--model={artifacts.READER}") as service,
        httpx.Client(trust_env=False) as client,
        socket.create_connection(address(service.url)),
        socket.create_connection(address(service.url)) as half,
    ):
        half.sendall(HEAD[:30])
        assert client.get(f"{service.url}/health").status_code == 200  # kept alive
        before = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - before < 3


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_without_a_traceback(name, tmp_path):
    with (tmp_path / "log.txt").open("w+") as log, serve.Service(log=log) as service:
        assert httpx.get(f"{service.url}/health").status_code == 200
        service.process.send_signal(signal.Signals[name])
        code = service.process.wait(5)
        log.seek(0)
        written = log.read()
    assert code in ((0,) if name == "SIGINT" else (0, -signal.SIGTERM))
    assert "Finished server process" in written and "Traceback" not in written


def test_it_ends_with_the_process_that_started_it():
    code = "from mnist_helpers import serve; s = serve.Service(); print(s.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        service = psutil.Process(int(parent.stdout.readline()))
        assert service.is_running()
        parent.kill()
    psutil.wait_procs([service], timeout=5)
    assert not service.is_running() or service.status() == psutil.STATUS_ZOMBIE


def test_only_this_computer_can_reach_it(service):
    listening = [c.laddr.ip for c in psutil.Process(service.pid).net_connections("inet")]
    assert listening and set(listening) == {"127.0.0.1"}


def run(*options):
    """Start the service, and let it stop at once if it starts."""
    command = [sys.executable, "-m", "mnist_helpers.serve", "--stop-with-stdin", *options]
    return subprocess.run(command, input="", capture_output=True, encoding="utf-8", timeout=30)


def test_opening_it_to_the_network_is_said():
    done = run("--host=0.0.0.0", "--port=0")
    assert done.returncode == 0
    assert "Others in the network can reach this service; it asks for no password." in done.stdout
    assert "Others in the network" not in run("--port=0").stdout


def test_a_port_in_use_is_said():
    with socket.create_server((limits.HOST, 0)) as taken:
        done = run(f"--port={taken.getsockname()[1]}")
    assert done.returncode == 1 and "Choose another port with --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--port=99999", "--host=256.0.0.1"])
def test_an_impossible_address_is_said(option):
    done = run(option)
    assert done.returncode == 1 and "Cannot listen on" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_model_is_said(tmp_path):
    folder = shutil.copytree(artifacts.READER, tmp_path / "model")
    (folder / artifacts.EXPORTED).write_bytes(b"damaged")
    with (
        (tmp_path / "log.txt").open("w") as log,
        pytest.raises(RuntimeError, match=r"did not start \(exit code 1\)"),
    ):
        serve.Service(f"--model={folder}", log=log)
    written = (tmp_path / "log.txt").read_text()
    assert f"{artifacts.EXPORTED} is not the file that" in written and "Traceback" not in written


def test_the_log_names_requests_and_nothing_of_what_they_carry(client, log, stroke):
    text = f"{MARK}, as a text in the picture"
    picture = as_file(stroke, "JPEG", comment=text)
    before = len(log.read_text())
    answer = client.post(
        "/predict", files={"files": ("secret-name.png", picture)}, data={"note": text}
    )
    assert answer.status_code == 200
    assert post(client, text, JSON).status_code == 422
    written = log.read_text()[before:]
    assert '"POST /predict HTTP/1.1" 200' in written and '"POST /predict HTTP/1.1" 422' in written
    assert "secret-name" not in written and MARK not in written


def test_a_path_cannot_forge_a_line_of_the_log(client, log):
    before = len(log.read_text())
    client.get("/%0AINFO:%20forged")
    (line,) = log.read_text()[before:].splitlines()
    assert line.endswith('"GET unknown HTTP/1.1" 404')


# As its description says


@pytest.fixture(scope="module")
def described(model):
    return schemathesis.openapi.from_asgi("/openapi.json", serve.build_app(model, [asgi.HOST]))


PICTURES = [
    as_file(np.random.default_rng(seed).integers(0, 255, (9, 9 + seed), np.uint8))
    for seed in range(3)
]
for kind in ("image/png", "image/jpeg", "image/webp"):
    schemathesis.openapi.media_type(
        kind, strategies.sampled_from(PICTURES) | strategies.binary(max_size=100)
    )


@pytest.mark.parametrize(
    ("method", "path", "mode", "expected"),
    [
        ("GET", "/health", schemathesis.GenerationMode.POSITIVE, {200}),
        ("POST", "/predict", schemathesis.GenerationMode.POSITIVE, {200, 422}),
        ("POST", "/predict", schemathesis.GenerationMode.NEGATIVE, {422}),
    ],
)
def test_it_answers_as_its_description_says(method, path, mode, expected, described):
    cases, statuses = described[path][method].as_strategy(generation_mode=mode), set()

    @hypothesis.settings(
        max_examples=15,
        phases=[hypothesis.Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(cases)
    def check(case):
        answer = case.call_and_validate(
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ]
        )
        statuses.add(answer.status_code)

    check()
    assert statuses >= expected
