"""A PDF of LibreOffice is the same whether it was made alone or with others."""

from __future__ import annotations

import zlib

import pypdfium2
import pytest

from projects.grids.pdf_fontids import _decrypted, _encrypted, own_font_ids


def pdf(*ids: int, level: int = 9) -> bytes:
    """A file as LibreOffice writes it, with a font for each of ``ids``."""
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    bodies.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>")
    for number in ids:
        clear = b"%%!PS\n/UniqueID %07d def\n" % number
        secret = _encrypted(b"abcd/Private\n/UniqueID %07d def\n" % number)
        packed = zlib.compress(clear + secret + b"0" * 64, level)
        lengths = b"/Length %d 0 R/Filter/FlateDecode/Length1 %d/Length2 %d/Length3 64"
        head = lengths % (len(bodies) + 2, len(clear), len(secret))
        bodies += [b"<<" + head + b">>\nstream\n" + packed + b"\nendstream", b"%d" % len(packed)]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def test_fonts_are_numbered_within_the_file() -> None:
    made = own_font_ids(pdf(4100005, 4100006))
    assert made == own_font_ids(pdf(4100001, 4100002, level=1)) == own_font_ids(made)
    fonts = [zlib.decompressobj().decompress(part.split(b"stream\n")[1]) for part in made.split(b"Length3 64")[1:]]
    for number, font in enumerate(fonts, 4100001):
        clear, rest = font.split(b" def\n", 1)
        assert clear.endswith(b"/UniqueID %d" % number)
        assert _decrypted(rest[:-64]).endswith(b"/UniqueID %d def\n" % number)


def test_references_and_lengths_still_hold() -> None:
    made = own_font_ids(pdf(4100010, 4100011, level=0))
    assert len(made) != len(pdf(4100010, 4100011, level=0))
    assert len(pypdfium2.PdfDocument(made)) == 1
    start = int(made.split(b"startxref\n")[1].split()[0])
    table = made[start:].splitlines()[3:10]
    for number, line in enumerate(table, 1):
        assert made[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
    stream = made[int(table[3][:10]) :].split(b"stream\n", 1)[1].split(b"\nendstream")[0]
    assert made[int(table[4][:10]) :].split(b"\n")[1] == b"%d" % len(stream)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n",
        pdf(),
        pdf(4100001)[:-9],
        pdf(4100001).replace(b"FlateDecode", b"LZWDecode99"),
        pdf(4100001).replace(b"5 0 R/Filter", b"9 0 R/Filter"),
        pdf(4100001).replace(b"stream\nx", b"stream\ny", 1),
    ],
)
def test_what_libreoffice_does_not_write_is_left_alone(data: bytes) -> None:
    assert own_font_ids(data) == data


def test_scrambling_is_undone() -> None:
    text = bytes(range(256)) * 3
    assert _decrypted(_encrypted(text)) == text
    # The first bytes of Adobe's own example: plain zeros under the key 55665.
    assert _encrypted(b"\0\0\0\0")[0] == 55665 >> 8
