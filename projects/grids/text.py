"""The one place where text from outside is cleaned, and where text is measured and escaped."""

from __future__ import annotations

import re

# Everything XML 1.0 forbids (so that every text can be written to every format), the C1 block and
# the byte order mark. NBSP, ideographic and zero-width spaces are text and stay.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SUSPICIOUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# What needs work before it may stand in an XML text: markup, breaks, tabs, forbidden characters.
NEEDS_ESCAPE = re.compile("[&<>\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Return ``text`` with one kind of line break and without control characters.

    ``\\n`` and ``\\t`` stay; ``\\r\\n``, vertical tabs, form feeds and Unicode line separators become
    ``\\n``; other control characters, lone surrogates and byte order marks go.
    """
    if not _SUSPICIOUS.search(text):
        return text
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


def cell_text(text: str) -> str:
    """Clean the text of a cell: each line stripped, no blank lines at its ends."""
    text = clean_text(text).strip()
    if "\n" not in text:
        return text
    return "\n".join(line.strip() for line in text.split("\n"))


def escape(text: str) -> str:
    """Escape ``text`` for XML and HTML, attribute values in double quotes included."""
    if not NEEDS_ESCAPE.search(text) and '"' not in text:
        return text
    text = clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


def text_width(text: str) -> int:
    """Width of ``text`` in half-width characters; a Chinese character counts two.

    Three bytes of UTF-8 and one character make two twice over, one byte and one character make one.
    """
    return (len(text.encode("utf-8", "replace")) + len(text) + 1) >> 1


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key by which ``附表2`` comes before ``附表10``."""
    parts = re.split(r"([0-9]+)", name)
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p]


# What a line may not begin or end with stays with its neighbour; letters and figures are not parted.
_TOGETHER = re.compile(r"[（《“‘〔【(\[]*(?:[0-9A-Za-z.,%+/-]+|.)[，。；：、！？）】》”’〕%,.;:!?)\]]*")


def first_together(text: str) -> float:
    """Return the width, in Chinese characters, of what a text begins with and may not be parted by a line's end."""
    found = _TOGETHER.match(text)
    return max(sum(0.5 if char.isascii() else 1.0 for char in found[0]), 1.0) if found else 1.0
