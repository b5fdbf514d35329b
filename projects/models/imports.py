"""批量导入: a batch of uploaded files, the tables read from them, and what is to become of each.

Nothing here is a target table: until a batch is committed, all it holds is a proposal. ``ImportTable`` keeps the
reading as interchange JSON with the corrections that a person made, and what the preview showed, so that committing can
tell whether anything changed in between.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from projects.targettable import TargetTable as Content

NAME_LENGTH = 400
LABEL_LENGTH = 200


class ImportBatch(models.Model):
    """One import of many files.

    ``department`` is the top of what it may touch, ``None`` for all departments. ``options`` hold the year where files
    state none (``year``) and the department's name there (``unstated``), what becomes of past years (``past``:
    ``auto``, ``draft``, ``history``), the departments chosen for what files call them (``departments``), whether the
    commit makes those that are not known (``unknown``: ``ask``, ``new`` where no similar one is, ``all``),
    and who had it committed or undone (``by``, ``operator``). ``version`` rises with each decision. ``made`` lists what
    a commit created beside tables, for its undoing; ``result`` is the report.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待确认")
        COMMITTING = "committing", _("正在写入")
        COMMITTED = "committed", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")
        DISCARDED = "discarded", _("已放弃")

    department = models.ForeignKey(
        "projects.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("范围")
    )
    name = models.CharField(_("名称"), max_length=200)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.OPEN)
    options = models.JSONField(_("选项"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("导入人")
    )
    user_name = models.CharField(_("导入人姓名"), max_length=160, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    # The job that commits or undoes: who does it, and when it last gave a sign of life.
    worker = models.CharField(max_length=120, blank=True, default="")
    beat_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    message = models.TextField(_("说明"), blank=True, default="")
    made = models.JSONField(_("同时新建"), default=dict, blank=True)
    result = models.JSONField(_("结果"), default=dict, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "committing", "committed", "undoing", "undone", "discarded"]),
                name="importbatch_state_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportFile(models.Model):
    """One file of a batch, or one inside an uploaded archive (``parent``).

    The bytes lie under MEDIA_ROOT by their hash. ``readings`` are corrections of how this file alone is read (see
    docs/import.md), those of whole forms stand in the batch's options. ``worker`` and ``beat_at`` are the claim of
    whoever reads it: a claim without a sign of life lapses, and ``attempts`` tells how often that happened.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待读取")
        READING = "reading", _("正在读取")
        READ = "read", _("已读取")
        UNPACKED = "unpacked", _("已解包")
        REFUSED = "refused", _("未接收")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="files")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    name = models.CharField(_("文件名"), max_length=NAME_LENGTH)
    size = models.PositiveBigIntegerField(_("字节"), default=0)
    sha256 = models.CharField(_("校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.WAITING)
    refusal = models.TextField(_("未接收的原因"), blank=True, default="")
    findings = models.JSONField(_("问题"), default=list, blank=True)
    readings = models.JSONField(_("读法的更正"), default=list, blank=True)
    tables_found = models.PositiveIntegerField(_("表数"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True, default="")
    beat_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = _("导入文件")
        verbose_name_plural = _("导入文件")
        ordering = ["batch", "id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "name", "sha256"], name="importfile_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "reading", "read", "unpacked", "refused"]),
                name="importfile_state_known",
            ),
        ]
        indexes = [models.Index(fields=["batch", "state", "id"], name="importfile_state")]

    def __str__(self) -> str:
        return self.name


class ImportTable(models.Model):
    """One table found in a file: what was read, what a person made of it, where it would go.

    ``content`` is the interchange form with the corrections applied, ``corrections`` these by path. ``alone`` is what
    would become of the table by itself; ``outcome`` also knows the others of the batch (``twin``: an earlier one for
    the same ``place``). ``target_version`` and ``target_sha256`` are those of the stored table that the preview
    compared with. ``before`` keeps what a commit replaced.
    """

    class Outcome(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("有变化")
        UNCHANGED = "unchanged", _("未变")
        BLOCKED = "blocked", _("无法归档")
        TWICE = "twice", _("重复")
        EXCLUDED = "excluded", _("不导入")

    class Found(models.TextChoices):
        MATCHED = "matched", _("已对应")
        CHOSEN = "chosen", _("人工指定")
        PROPOSED = "proposed", _("待确认")
        UNKNOWN = "unknown", _("没有对应")
        MADE = "made", _("写入时新建")

    class Result(models.TextChoices):
        NONE = "", _("未写入")
        NEW = "new", _("新增")
        UPDATED = "updated", _("更新")
        UNCHANGED = "unchanged", _("未变")
        SKIPPED = "skipped", _("跳过")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="tables")
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="tables")
    number = models.PositiveIntegerField(_("在文件中的序号"))
    row = models.PositiveIntegerField(default=0)
    part = models.CharField(max_length=200, blank=True, default="")
    label = models.CharField(_("名称"), max_length=LABEL_LENGTH, blank=True)
    year = models.IntegerField(_("年度"), null=True, blank=True)
    kind = models.CharField(_("类型"), max_length=12)
    layout = models.CharField(_("表式"), max_length=100, blank=True)
    form = models.CharField(_("表样特征"), max_length=120, blank=True)
    sure = models.PositiveSmallIntegerField(_("把握（%）"), default=100)
    content = models.JSONField(_("内容"))
    corrections = models.JSONField(_("更正"), default=dict, blank=True)
    findings = models.JSONField(_("问题"), default=list, blank=True)
    blocks = models.PositiveIntegerField(default=0)
    warns = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    stated = models.CharField(_("表中写的部门"), max_length=300, blank=True)
    department = models.ForeignKey(
        "projects.Department", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("部门")
    )
    found = models.CharField(_("部门对应"), max_length=12, choices=Found, default=Found.UNKNOWN)
    proposals = models.JSONField(_("可能的部门"), default=list, blank=True)
    excluded = models.BooleanField(_("不导入"), default=False)
    status = models.CharField(_("导入后的状态"), max_length=16, default="draft")
    place = models.CharField(max_length=300, blank=True, default="")
    alone = models.CharField(max_length=12, choices=Outcome, default=Outcome.BLOCKED)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, default=Outcome.BLOCKED)
    reason = models.TextField(_("原因"), blank=True, default="")
    twin = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    target = models.ForeignKey("projects.TargetTable", models.SET_NULL, null=True, blank=True, related_name="+")
    target_version = models.PositiveIntegerField(default=0)
    target_sha256 = models.CharField(max_length=64, blank=True, default="")
    result = models.CharField(_("写入结果"), max_length=12, choices=Result, default=Result.NONE, blank=True)
    stored_version = models.PositiveIntegerField(default=0)
    before = models.JSONField(null=True, blank=True)
    project: int | None = None
    """The project that the table would be filed under, as ``placing`` found it; not stored."""

    class Meta:
        verbose_name = _("导入的表")
        verbose_name_plural = _("导入的表")
        ordering = ["batch", "id"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="importtable_once")]
        indexes = [
            models.Index(fields=["batch", "outcome", "id"], name="importtable_outcome"),
            models.Index(fields=["batch", "place"], name="importtable_place"),
            models.Index(fields=["batch", "form", "id"], name="importtable_form"),
            models.Index(fields=["batch", "stated", "id"], name="importtable_stated"),
        ]

    def __str__(self) -> str:
        return self.label

    @cached_property
    def table(self) -> Content:
        """What ``content`` says; whoever changes the one forgets the other (:meth:`changed`)."""
        return Content.from_dict(self.content)

    def changed(self) -> None:
        """Take ``content`` from ``table``, after a correction there."""
        self.content = self.table.to_dict()


class SavedReading(models.Model):
    """The form of a table that was read by meaning and confirmed by a person: from then on it is known.

    ``definition`` is the layout as text (see docs/import.md) and never changes: tables are filed in it.
    """

    name = models.CharField(_("名称"), max_length=120)
    definition = models.TextField(_("版式"))
    form = models.CharField(_("表样特征"), max_length=120, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(_("保存人"), max_length=160, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("另存的表样")
        verbose_name_plural = _("另存的表样")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def layout_id(self) -> str:
        """What tables read with it carry as their layout."""
        return f"s{self.pk}"
