"""LibreOffice numbers the Type 1 fonts that it embeds through a whole run; here they are numbered within each file.

So a file made together with others is the very file made alone. Only what LibreOffice writes is understood: one plain
table of references, lengths of streams in objects of their own. Anything else comes back as it was.
"""

from __future__ import annotations

import re
import zlib

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s+0 (\d+)\s*\n")
_FONT = re.compile(
    rb"\A\d+ 0 obj\s*<</Length (\d+) 0 R/Filter/FlateDecode/Length1 (\d+)/Length2 (\d+)[^>]*>>\s*stream\r?\n"
)
_NUMBER = re.compile(rb"/UniqueID (\d{7})\b")
_ENTRY = 20  # bytes of one line of the table
FIRST = 4_100_000
"""Where LibreOffice begins to count."""


def own_font_ids(data: bytes) -> bytes:
    """Return the PDF with its fonts numbered in their order in the file, references and lengths adjusted."""
    start = _START.search(data)
    table = _TABLE.match(data, int(start[1])) if start else None
    if not start or not table:
        return data
    entries = [data[at : at + _ENTRY] for at in range(table.end(), table.end() + _ENTRY * int(table[1]), _ENTRY)]
    places = {number: int(entry[:10]) for number, entry in enumerate(entries) if entry[17:18] == b"n"}
    order = sorted(places, key=places.__getitem__)
    ends = [*(places[number] for number in order[1:]), int(start[1])]
    objects = {number: data[places[number] : end] for number, end in zip(order, ends, strict=True)}
    if not _renumber(objects, order):
        return data
    out = bytearray(data[: places[order[0]]])
    for number in order:
        places[number] = len(out)
        out += objects[number]
    moved = len(out)
    out += data[table.start() : table.end()]
    for number, entry in enumerate(entries):
        out += b"%010d%s" % (places[number], entry[10:]) if number in places else entry
    out += data[table.end() + _ENTRY * len(entries) : start.start(1)] + b"%d" % moved + data[start.end(1) :]
    return bytes(out)


def _renumber(objects: dict[int, bytes], order: list[int]) -> bool:
    """Number the fonts among the objects; whether there were any. False as well when one is not as expected."""
    changed: dict[int, bytes] = {}
    count = 0
    for number in order:
        head = _FONT.match(objects[number])
        if not head:
            continue
        length, clear, secret = map(int, head.groups())
        try:
            size = int(objects[length].split(b"obj", 1)[1].split(b"endobj", 1)[0])
            packed = objects[number][head.end() : head.end() + size]
            font = zlib.decompress(packed)
        except (KeyError, IndexError, ValueError, zlib.error):
            return False
        if not _NUMBER.search(font):
            continue
        count += 1
        own = b"/UniqueID %07d" % (FIRST + count)
        hidden = _encrypted(_NUMBER.sub(own, _decrypted(font[clear : clear + secret])))
        packed = zlib.compress(_NUMBER.sub(own, font[:clear]) + hidden + font[clear + secret :])
        changed[number] = objects[number][: head.end()] + packed + objects[number][head.end() + size :]
        changed[length] = objects[length].replace(b"obj\n%d\n" % size, b"obj\n%d\n" % len(packed), 1)
        if changed[length] == objects[length] and len(packed) != size:
            return False
    objects |= changed
    return bool(changed)


# The second part of a Type 1 font is scrambled in a way that Adobe published (Type 1 Font Format, 1990, chapter 7).
_KEY, _C1, _C2 = 55665, 52845, 22719


def _decrypted(data: bytes) -> bytes:
    key, out = _KEY, bytearray()
    for byte in data:
        out.append(byte ^ key >> 8)
        key = (byte + key) * _C1 + _C2 & 0xFFFF
    return bytes(out)


def _encrypted(data: bytes) -> bytes:
    key, out = _KEY, bytearray()
    for byte in data:
        out.append(byte ^ key >> 8)
        key = (out[-1] + key) * _C1 + _C2 & 0xFFFF
    return bytes(out)
