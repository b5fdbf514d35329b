"""The Content-Security-Policy allows no inline script or style, nothing weakens it, and no page needs it weaker."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def sources(*patterns: str) -> list[tuple[str, str]]:
    """Name and text of the project's own files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [(name, (ROOT / name).read_text(encoding="utf-8")) for name in listed.split("\0") if (ROOT / name).is_file()]


@pytest.mark.django_db
def test_every_answer_carries_the_strict_policy(client) -> None:
    header = client.get("/healthz").headers["Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in header.split(";"))
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_no_view_weakens_the_policy() -> None:
    weak = re.compile(r"csp_(exempt|update|replace)|xframe_options_(exempt|sameorigin)|unsafe-(inline|eval)")
    assert [name for name, text in sources("*.py", "*.html") if weak.search(text) and "/tests/" not in name] == []


def test_no_template_holds_inline_script_or_style() -> None:
    inline = re.compile(
        r"<style\b|<script\b(?![^>]*\bsrc=)(?![^>]*\btype=[\"']application/json)|<[^>{}%]*\s(style|on[a-z]+)\s*=|javascript:",
        re.IGNORECASE,
    )
    found = [
        f"{name}: {match.group(0)[:60]}"
        for name, text in sources("*.html")
        if (match := inline.search(text)) is not None
    ]
    assert found == []


def test_nothing_is_fetched_from_elsewhere() -> None:
    foreign = re.compile(
        r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//"""
        r"""|(?:import|from|fetch\()\s*["'](?:https?:)?//"""
    )
    files = sources("*.html", "*.css", "*.js")
    assert [name for name, text in files if foreign.search(text)] == []


def test_no_file_names_a_content_network_or_a_path_of_one_machine() -> None:
    hosts = ("jsdelivr", "unpkg" + ".com", "cdnjs", "bootcdn", "googleapis" + ".com", "staticfile" + ".org")
    machine = re.compile(r"(?<![\w.])/(?:home|Users|work|root|mnt)/\w")
    here = {"perfgoals/tests/test_csp.py"}
    texts = sources("*.py", "*.html", "*.css", "*.js", "*.md", "*.toml", "*.ini", "*.json", "Makefile", ".ci", "*.txt")
    found = [
        name
        for name, text in texts
        if name not in here and (any(host in text for host in hosts) or machine.search(text))
    ]
    assert found == []
