"""Files built in the background, archives, summaries as downloads, and the auditors' list of all that left."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from projects.models import Department, ExportJob, ExportRecord, Membership, Role, TargetTable, User
from projects.models.record import WrittenOnce
from projects.services import claims, export_jobs
from projects.services.exporting import ExportRefused
from projects.targettable import TargetTable as Content
from projects.tests.views.conftest import Make


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def ordered(person: User, rows: list[TargetTable], suffix: str = "json") -> ExportJob:
    job = export_jobs.order_zip(user=person, ids=[row.pk for row in rows], format=suffix, name="一包")
    export_jobs.run(job.pk)
    job.refresh_from_db()
    return job


def archive(client: Client, job: ExportJob) -> zipfile.ZipFile:
    answer = client.get(f"/publish/files/{job.pk}/file")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def test_archive_has_a_folder_per_department_and_a_file_per_table(client: Client, make: Make, person: User) -> None:
    rows = [make("甲项目"), make("乙项目"), make("处里/的项目", department="office")]
    package = archive(client, ordered(person, rows))
    assert package.namelist() == [
        "财政局/001_甲项目.json",
        "财政局/002_乙项目.json",
        "国库处/001_处里_的项目.json",
        "清单.csv",
    ]
    assert all(entry.flag_bits & 0x800 for entry in package.infolist())
    content = json.loads(package.read("财政局/002_乙项目.json"))[0]
    assert Content.from_dict(content).project.name == "乙项目"
    listed = list(csv.reader(io.StringIO(package.read("清单.csv").decode("utf-8-sig"))))
    assert [line[:3] for line in listed[1:]] == [
        ["财政局/001_甲项目.json", "财政局", "甲项目"],
        ["财政局/002_乙项目.json", "财政局", "乙项目"],
        ["国库处/001_处里_的项目.json", "国库处", "处里/的项目"],
    ]


def test_departments_of_the_same_name_get_folders_of_their_own(client: Client, make: Make, person: User) -> None:
    Department.objects.filter(code="322001").update(name="财政局")
    rows = [make("甲项目"), make("乙项目", department="other")]
    names = archive(client, ordered(person, rows)).namelist()
    assert names[:2] == ["财政局/001_甲项目.json", "财政局（322001）/001_乙项目.json"]


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "html", "json"])
def test_the_same_tables_give_the_same_archive(client: Client, make: Make, person: User, suffix: str) -> None:
    rows = [make("甲项目"), make("乙项目")]
    first = ordered(person, rows, suffix)
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        second = ordered(person, rows, suffix)
    assert first.sha256 == second.sha256
    assert first.pk != second.pk


def test_download_is_recorded_with_everything_in_it(client: Client, make: Make, person: User) -> None:
    rows = [make("甲项目"), make("处里的项目", department="office")]
    job = ordered(person, rows)
    data = client.get(f"/publish/files/{job.pk}/file").getvalue()
    record = ExportRecord.objects.get()
    assert record.sha256 == job.sha256 == hashlib.sha256(data).hexdigest()
    assert (record.kind, record.count, record.size) == ("zip", 2, len(data))
    assert [line[:2] for line in record.revisions] == [[rows[0].pk, 0], [rows[1].pk, 0]]
    assert record.department_path == Department.objects.get(code="321001").path


def test_right_is_asked_again_at_the_download(make: Make, departments: dict[str, Department]) -> None:
    person = User.objects.create_user("reader", password="a-Long-pass-1")
    membership = Membership.objects.create(user=person, department=departments["bureau"], role=Role.READER)
    job = ordered(person, [make("甲项目")])
    assert job.state == "done"
    membership.delete()
    client = Client()
    client.force_login(person)
    answer = client.get(f"/publish/files/{job.pk}/file")
    assert answer.status_code == 409
    assert "您现在已不能查看" in answer.content.decode()
    assert ExportRecord.objects.count() == 0


def test_right_is_asked_when_the_job_is_built(make: Make, departments: dict[str, Department]) -> None:
    person = User.objects.create_user("reader", password="a-Long-pass-1")
    Membership.objects.create(user=person, department=departments["other"], role=Role.READER)
    job = ordered(person, [make("甲项目")])
    assert (job.state, job.message) == ("failed", "文件中有的表您现在已不能查看（或已被删除），请重新生成")


def test_file_is_gone_when_its_time_is_over(client: Client, make: Make, person: User) -> None:
    job = ordered(person, [make("甲项目")])
    path = job.file.path
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        client.force_login(person)
        answer = client.get(f"/publish/files/{job.pk}/file")
        assert answer.status_code == 409
        assert "已过有效期并已删除" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == "expired"
    with pytest.raises(FileNotFoundError):
        open(path, "rb").close()


def test_a_job_is_built_once(make: Make, person: User) -> None:
    job = ordered(person, [make("甲项目")])
    export_jobs.run(job.pk)
    again = ExportJob.objects.get()
    assert (again.file.name, again.finished_at) == (job.file.name, job.finished_at)


def test_a_job_that_breaks_says_so_and_shows_no_insides(make: Make, person: User, monkeypatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(export_jobs.BUILDERS, "zip", broken)
    job = ordered(person, [make("甲项目")])
    assert (job.state, job.message) == ("failed", "生成时出错，已记入系统日志，请告知管理员")


GONE = f"{claims.claim_name().partition('/')[0]}/999999999/x"
"""The claim of a process of this machine that is no more."""


def cut_off(person: User, row: TargetTable, *, worker: str, attempts: int = 1, state: str = "running") -> ExportJob:
    job = export_jobs.order_zip(user=person, ids=[row.pk], format="json", name="一包")
    ExportJob.objects.filter(pk=job.pk).update(worker=worker, attempts=attempts, state=state, beat_at=timezone.now())
    return job


@pytest.mark.parametrize("state", ["queued", "running"])
def test_job_that_ended_with_its_process_is_built_anew(make: Make, person: User, state: str) -> None:
    job = cut_off(person, make("甲项目"), worker=GONE, state=state)
    assert export_jobs.recover() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.worker) == ("done", 2, "")


def test_job_cut_off_three_times_is_given_up(make: Make, person: User) -> None:
    job = cut_off(person, make("甲项目"), worker=GONE, attempts=3)
    assert export_jobs.recover() == 0
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", export_jobs.CUT_OFF.format(n=3))


def test_job_that_another_machine_builds_is_left_to_it_until_it_gives_no_sign(make: Make, person: User) -> None:
    job = cut_off(person, make("甲项目"), worker="elsewhere/1/x")
    assert export_jobs.recover() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert export_jobs.recover() == 1
    job.refresh_from_db()
    assert job.state == "done"


def test_who_lost_a_job_keeps_no_file(make: Make, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    build = export_jobs.BUILDERS["zip"]

    def taken_over(job: ExportJob, *rest: Any) -> Any:
        ExportJob.objects.filter(pk=job.pk).update(worker="elsewhere/1/x")
        return build(job, *rest)

    monkeypatch.setitem(export_jobs.BUILDERS, "zip", taken_over)
    job = ordered(person, [make("甲项目")])
    assert (job.state, job.file.name) == ("running", "")


def test_one_person_cannot_fill_the_queue(make: Make, person: User) -> None:
    row = make("甲项目")
    for _ in range(export_jobs.OPEN_JOBS):
        export_jobs.order_zip(user=person, ids=[row.pk], format="json", name="一包")
    with pytest.raises(ExportRefused, match="您已有 5 个文件正在生成"):
        export_jobs.order_zip(user=person, ids=[row.pk], format="json", name="一包")


@pytest.mark.parametrize(
    ("count", "suffix", "message"),
    [
        (0, "docx", "没有选择绩效目标表"),
        (1, "exe", "压缩包里不能放"),
        (501, "pdf", "一个 PDF 压缩包最多 500 张表，现有 501 张"),
        (5001, "docx", "最多 5000 张表"),
    ],
)
def test_what_cannot_be_packed_is_refused(person: User, count: int, suffix: str, message: str) -> None:
    with pytest.raises(ExportRefused, match=message):
        export_jobs.order_zip(user=person, ids=list(range(count)), format=suffix, name="一包")


def test_archive_of_the_list_takes_what_meets_the_conditions(client: Client, make: Make) -> None:
    first = make("甲项目")
    make("乙项目", year=2020)
    answer = client.post("/tables/zip/?year=2021", {"format": "docx"})
    job = ExportJob.objects.get()
    assert answer.headers["Location"] == f"/publish/files/{job.pk}/"
    assert job.tables == [first.pk]


def test_archive_of_a_selection_takes_only_what_one_may_see(
    client: Client, make: Make, departments: dict[str, Department]
) -> None:
    person = User.objects.create_user("reader", password="a-Long-pass-1")
    Membership.objects.create(user=person, department=departments["other"], role=Role.READER)
    foreign, own = make("甲项目"), make("乙项目", department="other")
    client.force_login(person)
    client.post("/tables/zip/", {"format": "docx", "table": [str(foreign.pk), str(own.pk), "x"]})
    assert ExportJob.objects.get().tables == [own.pk]


def test_archive_of_nothing_goes_back_to_the_list_and_says_why(client: Client, make: Make) -> None:
    make("甲项目")
    answer = client.post("/tables/zip/?year=1066", {"format": "docx"}, follow=True)
    assert answer.redirect_chain == [("/tables/?year=1066", 302)]
    assert "没有选择绩效目标表" in answer.content.decode()


def test_page_of_a_job_shows_progress_then_the_file(client: Client, make: Make, person: User) -> None:
    job = export_jobs.order_zip(user=person, ids=[make("甲项目").pk], format="json", name="一包")
    waiting = client.get(f"/publish/files/{job.pk}/").content.decode()
    assert "排队中" in waiting
    assert f"/publish/files/{job.pk}/file" not in waiting
    export_jobs.run(job.pk)
    assert client.get(f"/publish/files/{job.pk}/state/").json() == {
        "state": "done", "label": "已生成", "done": 1, "total": 1, "message": "",
    }  # fmt: skip
    assert f'href="/publish/files/{job.pk}/file"' in client.get(f"/publish/files/{job.pk}/").content.decode()
    assert "一包.zip" in client.get("/publish/").content.decode()


# ---- summaries as downloads ----


def test_summaries_page_adds_up_and_offers_files(client: Client, make: Make) -> None:
    row = make("甲项目", amount="200000")
    make("乙项目", amount="100000.50")
    text = client.get(f"/publish/summaries/?department={row.department_id}&year=2021&source=draft").content.decode()
    assert "2 个项目" in text
    assert "300,000.50" in text
    assert "与列表合计、附表1、附表2一致" in text
    assert "/publish/summaries/projects.xlsx?department=" in text


def test_summaries_page_says_what_differs(client: Client, make: Make) -> None:
    row = make("甲项目", amount="200000")
    TargetTable.objects.filter(pk=row.pk).update(amount="199999")
    text = client.get(f"/publish/summaries/?department={row.department_id}&year=2021&source=draft").content.decode()
    assert "有 1 处不一致" in text
    assert "逐表相加为 200,000.00 元，列表中这些表的合计为 199,999.00 元，相差 +1.00 元" in text


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "csv"])
def test_summary_is_handed_out_and_recorded(client: Client, make: Make, suffix: str) -> None:
    row = make("甲项目")
    address = f"/publish/summaries/indicators.{suffix}?department={row.department_id}&year=2021&source=draft"
    data = client.get(address).getvalue()
    assert data == client.get(address).getvalue()
    record = ExportRecord.objects.latest("id")
    assert (record.kind, record.format, record.sha256) == ("summary", suffix, hashlib.sha256(data).hexdigest())
    assert record.revisions[0][:2] == [row.pk, 0]


def test_exchange_is_handed_out_with_the_division_of_the_setting(client: Client, make: Make, settings) -> None:
    settings.MOF_DIV_CODE = "130303000"
    row = make("甲项目", code="P-1")
    data = client.get(f"/publish/exchange/all.json?department={row.department_id}&year=2021&source=draft").getvalue()
    made = json.loads(data)
    assert made["PM_PERF_GOAL_INFO"] == [
        {"MOF_DIV_CODE": "130303000", "FISCAL_YEAR": "2021", "AGENCY_CODE": "321001", "PRO_CODE": "P-1",
         "YEARFLAG": "0", "KPI_TARGET": "完成年度采购"}
    ]  # fmt: skip
    assert len(made["PM_PERF_INDICATOR"]) == 1
    assert made["issues"] == []


def test_summaries_need_a_fixed_number_of_queries(client: Client, make: Make, django_assert_num_queries) -> None:
    row = make("甲")
    address = f"/publish/summaries/?department={row.department_id}&year=2021&source=draft"
    client.get(address)
    with django_assert_num_queries(16):
        client.get(address)
    for name in ("乙", "丙"):
        make(name)
    with django_assert_num_queries(16):
        client.get(address)


# ---- what auditors see ----


def auditor(department: Department | None) -> Client:
    person = User.objects.create_user(f"auditor-{department}", password="a-Long-pass-1")
    Membership.objects.create(user=person, department=department, role=Role.AUDITOR)
    client = Client()
    client.force_login(person)
    return client


def test_auditor_finds_a_file_by_its_hash(client: Client, make: Make, departments: dict[str, Department]) -> None:
    row = make("甲项目")
    data = client.get(f"/tables/{row.pk}/table.docx").getvalue()
    sum_ = hashlib.sha256(data).hexdigest()
    client.get(f"/tables/{row.pk}/table.json").getvalue()
    text = auditor(None).get("/audit/exports/", {"q": sum_.upper()}).content.decode()
    assert "甲项目.docx" in text
    assert "甲项目.json" not in text
    assert sum_ in text
    assert "王晓梅（officer）" in text
    nothing = auditor(departments["other"]).get("/audit/exports/", {"q": sum_}).content.decode()
    assert "甲项目.docx" not in nothing


def test_file_of_several_departments_is_for_auditors_above_them(
    client: Client, make: Make, departments: dict[str, Department]
) -> None:
    make("甲项目")
    make("乙项目", department="other")
    client.get("/tables/book.docx?year=2021").getvalue()
    assert "绩效目标表（2张）" in auditor(None).get("/audit/exports/").content.decode()
    assert "绩效目标表（2张）" not in auditor(departments["bureau"]).get("/audit/exports/").content.decode()


def test_record_of_exports_is_written_once(client: Client, make: Make) -> None:
    client.get(f"/tables/{make('甲项目').pk}/table.json").getvalue()
    record = ExportRecord.objects.get()
    record.name = "别的"
    for change in (record.save, record.delete, ExportRecord.objects.all().delete):
        with pytest.raises(WrittenOnce):
            change()


def test_looking_whether_a_file_is_there_is_no_export(client: Client, make: Make) -> None:
    b"".join(client.head(f"/tables/{make('甲项目').pk}/table.json"))
    assert ExportRecord.objects.count() == 0
