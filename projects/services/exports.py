"""The record of exports: every file that leaves is written down with what is in it and its SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils import timezone

from perfgoals.context import origin
from projects.models import ExportRecord, Release
from projects.models.department import STEP
from projects.services.audit import actor_label
from projects.services.revisions import canonical, digest
from projects.targettable import TargetTable

KINDS = {
    "table": "绩效目标表",
    "revision": "提交版本",
    "list": "整册下载",
    "book": "绩效文本",
    "summary": "汇总",
    "exchange": "一体化交换",
    "zip": "压缩包",
    "review": "审核表",
    "public": "公开数据",
    "command": "命令行导出",
}
PIECE = 1 << 20

Content = tuple[int, int, str]
"""Id of a table, number of the version (0: as it stood), SHA-256 of the content."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file. ``how`` says by which program it was made, where there is a choice."""

    size: int
    sha256: str
    how: str = ""


def content_line(pk: int, number: int, content: TargetTable) -> Content:
    """Return what the record keeps of one table."""
    return (pk, number, digest(canonical(content)))


def weighed(out: IO[bytes], how: str = "") -> Written:
    """Return size and SHA-256 of a file from its beginning to its end."""
    out.seek(0)
    sum_, size = hashlib.sha256(), 0
    while piece := out.read(PIECE):
        sum_.update(piece)
        size += len(piece)
    out.seek(0)
    return Written(size, sum_.hexdigest(), how)


def record_export(
    *,
    kind: str,
    format: str,
    name: str,
    written: Written,
    actor: Any,
    revisions: Sequence[Content],
    paths: Iterable[str] = (),
    layout: str = "",
    by: str = "",
) -> ExportRecord:
    """Write one line. ``kind`` is one of :data:`KINDS`; ``paths`` are the departments' of the tables.

    ``by`` names who took the file where nobody is logged in; the address is then not kept.
    """
    known = actor if getattr(actor, "pk", None) else None
    return ExportRecord.objects.create(
        kind=kind,
        format=format,
        name=name[:255],
        layout=layout[:100],
        how=written.how[:120],
        size=written.size,
        sha256=written.sha256,
        count=len(revisions),
        revisions=[list(line) for line in revisions],
        department_path=common_path(paths),
        address="" if by else origin().address,
        actor=known,
        actor_name=actor_label(known) or by[:160],
    )


def record_public(*, name: str, format: str, content: bytes, releases: Sequence[Release]) -> None:
    """Write down data taken from the public pages: each file once a day, or crawlers would fill the record.

    Who took it is not kept, neither name nor address: the pages are open to all.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if ExportRecord.objects.filter(kind="public", sha256=sha256, name=name[:255], at__gte=midnight).exists():
        return
    record_export(
        kind="public",
        format=format,
        name=name,
        written=Written(len(content), sha256),
        actor=None,
        revisions=[(item.table_id, item.revision.number, item.revision.sha256) for item in releases],
        paths={item.table.department.path for item in releases},
        by="公众（未登录）",
    )


def common_path(paths: Iterable[str]) -> str:
    """Return the path of the narrowest department above (or of) all these."""
    common: str | None = None
    for path in paths:
        if common is None:
            common = path
        while not path.startswith(common):
            common = common[:-STEP]
    return common or ""
