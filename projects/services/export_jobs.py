"""Files that take their time: ordered by a person, built in the background, fetched once ready, gone after a day."""

from __future__ import annotations

import csv
import io
import logging
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import connections, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from projects import bulk  # noqa: F401  registers the lookup any_of
from projects.models import Department, ExportJob, User
from projects.models import TargetTable as Stored
from projects.selectors.tables import visible_to
from projects.services import audit, books, claims, contents, exporting
from projects.services.audit_export import safe
from projects.services.exporting import ExportRefused
from projects.services.exports import Content, Written, record_export, weighed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from projects.services.pdf import Pdf
    from projects.targettable import TargetTable

State = ExportJob.State
ZIP, BOOK = "zip", "book"
LARGEST_ZIP = 5_000
LARGEST_PDF = 500
"""Tables in one archive; LibreOffice takes about half a second for each."""
PDF_AT_ONCE = 20
ZIP_FORMATS = {"docx": "Word", "xlsx": "Excel", "pdf": "PDF", "html": "网页", "json": "数据（JSON）"}
OPEN_JOBS = 5
"""Jobs that one person may have waiting at a time."""
CUT_OFF = "生成时程序中断了 {n} 次（可能张数过多或占用内存过多），已停止。请减少张数后重新生成。"
_ONE_AT_A_TIME = threading.Lock()
MANIFEST = "清单.csv"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_UTF8 = 0x800
logger = logging.getLogger(__name__)

Tell = Callable[[int], None]


def order_zip(*, user: User, ids: Sequence[int], format: str, name: str) -> ExportJob:
    """Order an archive of these tables, one file each, in folders by department. They are seen by ``user`` already."""
    if format not in ZIP_FORMATS:
        raise ExportRefused(f"压缩包里不能放“{format}”格式的文件")
    most = LARGEST_PDF if format == "pdf" else LARGEST_ZIP
    if not ids:
        raise ExportRefused("没有选择绩效目标表")
    if len(ids) > most:
        raise ExportRefused(
            f"一个 {ZIP_FORMATS[format]} 压缩包最多 {most} 张表，现有 {len(ids)} 张，请按部门或年度分开"
        )
    return _order(user=user, kind=ZIP, format=format, name=f"{name}.zip", order={}, tables=list(ids))


def order_book(*, user: User, book: books.BookOrder, format: str, name: str) -> ExportJob:
    """Order a book."""
    if format not in books.FORMATS:
        raise ExportRefused(f"绩效文本没有“{format}”格式")
    return _order(user=user, kind=BOOK, format=format, name=name, order=book.to_json(), tables=book.ids)


def _order(*, user: User, kind: str, format: str, name: str, order: dict[str, Any], tables: list[int]) -> ExportJob:
    expire()
    recover()
    waiting = ExportJob.objects.filter(owner=user, state__in=(State.QUEUED, State.RUNNING)).count()
    if waiting >= OPEN_JOBS:
        raise ExportRefused(f"您已有 {waiting} 个文件正在生成，请等它们完成后再试")
    job = ExportJob.objects.create(
        owner=user, kind=kind, format=format, name=name[:255], order=order, tables=tables, total=len(tables)
    )
    audit.record("export.order", actor=user, name=job.name, after={"种类": kind, "格式": format, "张数": len(tables)})
    return job


def run(pk: int) -> None:
    """Build what was ordered. A job that somebody else has taken, or that is finished, is left alone."""
    waiting = ExportJob.objects.filter(pk=pk, state=State.QUEUED)
    if not waiting.update(state=State.RUNNING, attempts=F("attempts") + 1):
        return
    job = ExportJob.objects.select_related("owner").get(pk=pk)
    try:
        if reason := _lost(job, job.owner):
            raise ExportRefused(reason)
        with TemporaryFile() as out:
            revisions, how = BUILDERS[job.kind](job, out, _teller(job))
            _finish(job, out, revisions, weighed(out, how))
    except ExportRefused as refusal:
        _fail(job, str(refusal))
    except Exception:
        logger.exception("export job %s failed", pk)
        _fail(job, "生成时出错，已记入系统日志，请告知管理员")


def _teller(job: ExportJob) -> Tell:
    def tell(done: int) -> None:
        ExportJob.objects.filter(pk=job.pk).update(done=min(done, job.total))

    return tell


def _finish(job: ExportJob, out: BinaryIO, revisions: Sequence[Content], written: Written) -> None:
    """Keep the file, unless somebody else has taken the job over."""
    if not _mine(job).exists():
        return
    now = timezone.now()
    job.file.save("", File(out), save=False)
    job.state, job.done, job.finished_at = State.DONE, job.total, now
    job.expires_at = now + timedelta(hours=settings.EXPORT_KEEP_HOURS)
    job.size, job.sha256, job.how = written.size, written.sha256, written.how
    job.revisions = [list(line) for line in revisions]
    job.save()


def _fail(job: ExportJob, reason: str) -> None:
    _mine(job).update(state=State.FAILED, message=reason, finished_at=timezone.now())


def _mine(job: ExportJob) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(pk=job.pk, state=State.RUNNING, worker=job.worker)


def _build_book(job: ExportJob, out: BinaryIO, tell: Tell) -> tuple[list[Content], str]:
    return books.build(books.BookOrder.from_json(job.order), job.format, out, progress=tell)


def _build_zip(job: ExportJob, out: BinaryIO, tell: Tell) -> tuple[list[Content], str]:
    """One file per table, numbered by department, and a list of them. The same tables give the same bytes."""
    folders = _folders(job.tables)
    revisions: list[Content] = []
    numbers: dict[str, int] = {}
    listed = io.StringIO()
    lines = csv.writer(listed)
    lines.writerow(["文件", "部门", "名称", "内容校验值（SHA-256）"])
    how = ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for done, (line, table, made) in enumerate(_with_pdf(contents.current(job.tables), job.format), 1):
            folder = folders[line[0]]
            numbers[folder] = numbers.get(folder, 0) + 1
            name = f"{folder}/{exporting.file_name(table, job.format, number=numbers[folder])}"
            if made is not None:
                data, how = made.data, made.how
            else:
                data = exporting.export_bytes([table], format=job.format)
            package.writestr(_entry(name), data)
            lines.writerow([safe(text) for text in (name, folder, table.label(), line[2])])
            revisions.append(line)
            if done % 10 == 0:
                tell(done)
        package.writestr(_entry(MANIFEST), listed.getvalue().encode("utf-8-sig"))
    return revisions, how


def _with_pdf(loaded: Iterable[contents.Loaded], format: str) -> Iterator[tuple[Content, TargetTable, Pdf | None]]:
    """Pass tables on with their PDF, where that is what is asked for: some at a time in one run of LibreOffice."""
    if format != "pdf":
        yield from ((line, table, None) for line, table in loaded)
        return
    listed = iter(loaded)
    while part := list(islice(listed, PDF_AT_ONCE)):
        files = exporting.export_pdfs([table for _line, table in part])
        yield from ((line, table, made) for (line, table), made in zip(part, files, strict=True))


BUILDERS: dict[str, Callable[[ExportJob, BinaryIO, Tell], tuple[list[Content], str]]] = {
    ZIP: _build_zip,
    BOOK: _build_book,
}


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.flag_bits |= _UTF8
    return info


def _folders(ids: Sequence[int]) -> dict[int, str]:
    """Return the folder of each table: its department's name, with the code where two are called the same."""
    homes = dict(Stored.objects.filter(pk__any_of=list(ids)).values_list("pk", "department_id"))
    departments = Department.objects.filter(pk__in=set(homes.values())).order_by("path")
    names: dict[int, str] = {}
    taken: set[str] = set()
    for row in departments:
        name = exporting.folder_name(row.name)
        if name in taken:
            name = exporting.folder_name(f"{row.name}（{row.code or row.pk}）")
        taken.add(name)
        names[row.pk] = name
    return {pk: names[home] for pk, home in homes.items()}


def _lost(job: ExportJob, user: User | AnonymousUser | Any) -> str:
    """Why ``user`` may not have what is in the file, as things stand now."""
    if not user.is_active:
        return "账号已停用"
    ids = sorted(set(job.tables))
    if visible_to(user).filter(pk__any_of=ids).count() != len(ids):
        return "文件中有的表您现在已不能查看（或已被删除），请重新生成"
    return ""


def fetch(job: ExportJob, *, user: User) -> IO[bytes]:
    """Return the finished file, opened, and write down who took it. Raises :class:`ExportRefused` with the reason."""
    if job.owner_id != user.pk:
        raise ExportRefused("这是别人生成的文件")
    if job.state == State.DONE and job.expires_at is not None and job.expires_at <= timezone.now():
        expire()
        job.refresh_from_db()
    if job.state == State.EXPIRED:
        raise ExportRefused("文件已过有效期并已删除，请重新生成")
    if job.state != State.DONE:
        raise ExportRefused("文件还没有生成好")
    if reason := _lost(job, user):
        raise ExportRefused(reason)
    try:
        stream = job.file.open("rb")
    except FileNotFoundError as error:
        raise ExportRefused("文件已不在服务器上，请重新生成") from error
    written = Written(job.size, job.sha256, job.how)
    paths = Department.objects.filter(tables__in=job.tables).values_list("path", flat=True).distinct()
    with transaction.atomic():
        record_export(
            kind=job.kind, format=job.format, name=job.name, written=written, actor=user,
            revisions=[(line[0], line[1], line[2]) for line in job.revisions], paths=list(paths),
        )  # fmt: skip
        audit.record("export.download", actor=user, name=job.name, after={"格式": job.format, "张数": len(job.tables)})
    return stream


def expire() -> int:
    """Delete files past their time; return how many went."""
    gone = list(ExportJob.objects.filter(state=State.DONE, expires_at__lte=timezone.now()))
    for job in gone:
        job.file.delete(save=False)
        ExportJob.objects.filter(pk=job.pk).update(state=State.EXPIRED, file="")
    return len(gone)


def jobs_of(user: User, most: int = 30) -> Iterable[ExportJob]:
    """Return the latest jobs of a person without what they were ordered with."""
    return ExportJob.objects.filter(owner=user).defer("order", "tables", "revisions").order_by("-id")[:most]


def start(pk: int) -> None:
    """Have the job built beside the requests of this process, one after the other.

    A process that ends takes its thread along; :func:`recover` then starts the job anew.
    """
    if settings.EXPORT_WORKER == "inline":
        run(pk)
        return
    waiting = ExportJob.objects.filter(pk=pk, state=State.QUEUED, worker="")
    if waiting.update(worker=claims.claim_name(), beat_at=timezone.now()):
        threading.Thread(target=_work, args=(pk,), name=f"export-{pk}", daemon=True).start()


def _work(pk: int) -> None:
    try:
        with claims.alive(ExportJob.objects.only("worker").get(pk=pk)), _ONE_AT_A_TIME:
            run(pk)
    finally:
        connections.close_all()


def recover() -> int:
    """Start again what ended with its process; return how many jobs."""
    now = timezone.now()
    again = 0
    for job in ExportJob.objects.filter(state__in=(State.QUEUED, State.RUNNING)).defer("order", "tables", "revisions"):
        if not claims.lapsed(job.worker, job.beat_at or job.created_at, now):
            continue
        left = ExportJob.objects.filter(pk=job.pk, state=job.state, worker=job.worker)
        if job.attempts >= claims.ATTEMPTS:
            left.update(state=State.FAILED, message=CUT_OFF.format(n=job.attempts), finished_at=now)
        elif left.update(state=State.QUEUED, worker="", done=0):
            start(job.pk)
            again += 1
    return again
