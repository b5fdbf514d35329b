"""Natural keys: short texts under which the same thing is found again."""

import hashlib
import unicodedata

KEY_LENGTH = 160


def natural_key(text: str) -> str:
    """Return ``text`` without blanks and width variants, cut to an indexable length without losing uniqueness.

    Two spellings that differ only in blanks, line breaks or full-width forms are the same name. PostgreSQL
    cannot index texts of unlimited length, hence the hash in place of a long tail.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if len(plain) <= KEY_LENGTH:
        return plain
    return plain[: KEY_LENGTH - 33] + "#" + hashlib.sha256(plain.encode()).hexdigest()[:32]


def project_key(code: str, name: str) -> str:
    """Return the key of a project inside its department: its code when it has one, else its name."""
    code = natural_key(code)
    return f"c:{code}" if code else f"n:{natural_key(name)}"
