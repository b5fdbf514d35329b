"""审计日志: who did what to which object, from where, and what it was before and after.

``record`` is the only way in. It writes inside the caller's transaction, so an act that is rolled back leaves no line;
a refused act is recorded by whoever catches the refusal (``succeeded=False``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from perfgoals.context import origin
from projects.models import AuditEvent, Department

# Code → what the log page shows. A service may use another code; it is then shown as it stands.
ACTIONS: dict[str, str] = {
    "login": "登录",
    "login.failed": "登录失败",
    "login.locked": "账号锁定",
    "logout": "退出登录",
    "session.end": "结束其他会话",
    "password.change": "修改密码",
    "password.reset": "重置密码",
    "otp.enable": "启用动态口令",
    "otp.disable": "停用动态口令",
    "user.create": "新建用户",
    "user.change": "修改用户",
    "user.import": "批量导入用户",
    "user.activate": "启用用户",
    "user.deactivate": "停用用户",
    "user.unlock": "解除锁定",
    "membership.add": "授予角色",
    "membership.remove": "收回角色",
    "department.create": "新建部门",
    "department.change": "修改部门",
    "department.move": "移动部门",
    "department.delete": "删除部门",
    "year.create": "新建年度",
    "year.change": "修改年度",
    "year.open": "开放年度",
    "year.close": "关闭年度",
    "year.publish": "公布年度",
    "year.rollover": "结转年度",
    "rules.change": "修改检查规则设置",
    "table.create": "新建绩效目标表",
    "table.change": "修改绩效目标表",
    "table.delete": "删除绩效目标表",
    "table.import": "导入绩效目标表",
    "table.import_undo": "撤销导入",
    "import.begin": "新建导入批次",
    "import.correct": "更正导入内容",
    "import.save_form": "另存表样",
    "import.reread": "更正导入的读法",
    "import.exclude": "选择是否导入",
    "import.department": "指定导入部门",
    "import.options": "修改导入选项",
    "import.commit": "确认导入",
    "import.undo": "要求撤销导入",
    "import.discard": "放弃导入批次",
    "import.download": "下载导入文件",
    "table.download": "下载绩效目标表",
    "table.submit": "送审",
    "table.withdraw": "撤回",
    "table.return": "退回",
    "table.pass": "部门审核通过",
    "table.approve": "批复",
    "table.adjust": "启动调整",
    "table.cancel_adjustment": "取消调整",
    "table.void": "作废",
    "table.restore": "恢复",
    "comment.add": "提出审核意见",
    "comment.change": "修改审核意见",
    "comment.remove": "撤销审核意见",
    "comment.reply": "回复审核意见",
    "comment.answer": "答复审核意见",
    "comment.resolve": "审核意见已解决",
    "comment.reopen": "重新打开审核意见",
    "sheet.save": "保存审核表",
    "sheet.download": "下载审核表",
    "review.assign": "分派审核",
    "review.view": "保存筛选条件",
    "review.block": "维护常用意见",
    "review.setting": "修改审核设置",
    "register.download": "下载审核登记簿",
    "adjustment.download": "下载绩效目标调整表",
    "attachment.add": "添加附件",
    "attachment.delete": "删除附件",
    "attachment.download": "下载附件",
    "book.download": "下载成册",
    "export.order": "申请生成文件",
    "export.download": "下载生成的文件",
    "summary.download": "下载汇总",
    "exchange.download": "下载一体化交换数据",
    "revision.download": "下载提交版本",
    "library.create": "新建指标",
    "library.change": "修改指标",
    "library.retire": "停用指标",
    "library.restore": "恢复指标",
    "library.merge": "合并指标",
    "library.unmerge": "撤销合并指标",
    "library.propose": "提出指标入库",
    "library.accept": "采纳入库建议",
    "library.decline": "不采纳入库建议",
    "library.import": "导入指标库",
    "library.export": "导出指标库",
    "public.release": "公开绩效目标表",
    "public.withdraw": "撤回公开",
    "public.fields": "设定公开栏目",
    "form.upload": "上传表样",
    "form.change": "修改表样",
    "form.activate": "启用表样",
    "form.deactivate": "停用表样",
    "form.delete": "删除表样",
    "audit.export": "导出审计日志",
    "backup.create": "备份",
    "backup.restore": "恢复备份",
    "permission.denied": "越权访问",
}

HIDDEN = "（不记录）"
LONGEST = 2_000
DEEPEST = 6
# Names of what must never be written down, wherever in before/after it stands.
_SECRET_NAME = re.compile(
    r"passw|pwd|passphrase|secret|token|session|cookie|csrf|otp|authori[sz]ation|credential|api_?key|private_?key"
    r"|signature|recovery|backup_?code|密码|口令|密钥|令牌|验证码",
    re.IGNORECASE,
)
# What Django keeps instead of a password gives itself away by its form.
_SECRET_VALUE = re.compile(r"^(pbkdf2_\w+|argon2\w*|bcrypt\w*|scrypt|md5|sha1)\$|^(Bearer|Basic) \S+", re.IGNORECASE)


def record(
    action: str,
    *,
    actor: Any = None,
    obj: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    succeeded: bool = True,
    name: str = "",
    department: Department | None = None,
) -> AuditEvent:
    """Add one line to the log.

    ``action`` is a code of :data:`ACTIONS`. ``name`` overrides the object's own name (a login that failed has no
    object, only the account that was typed). ``actor`` may be an ``Operator``: its name is written down all the same.
    ``department`` decides which auditors see the line; without it the
    object's own department counts, and lines without either are seen by auditors of all departments. Passwords, tokens
    and session keys in ``before`` and ``after`` are replaced, whatever the caller passes.
    """
    here = origin()
    known = actor if getattr(actor, "pk", None) else None
    return AuditEvent.objects.create(
        action=action[:40],
        actor=known,
        actor_name=actor_label(actor if getattr(actor, "is_authenticated", False) else known),
        object_type=(obj._meta.model_name or "")[:40] if obj is not None else "",
        object_id=str(obj.pk)[:40] if obj is not None and obj.pk is not None else "",
        object_name=(name or (str(obj) if obj is not None else "")).replace("\0", "")[:255],
        department_path=_path(department, obj),
        address=here.address,
        request_id=here.request_id,
        before=cleaned(before or {}),
        after=cleaned(after or {}),
        succeeded=succeeded,
    )


def actor_label(user: Any) -> str:
    """Return the person's name with the account, which outlive the person's account: ``张三（zhangsan）``."""
    if user is None:
        return ""
    account, name = user.get_username(), user.get_full_name()
    return (f"{name}（{account}）" if name and name != account else account)[:160]


def cleaned(value: Any, depth: int = 0) -> Any:
    """Return ``value`` as JSON without secrets: texts cut to a readable length, everything else by its name."""
    if isinstance(value, Mapping):
        if depth >= DEEPEST:
            return "…"
        return {
            str(key).replace("\0", ""): HIDDEN
            if _SECRET_NAME.search(str(key)) and not isinstance(item, bool)
            else cleaned(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [cleaned(item, depth + 1) for item in value] if depth < DEEPEST else "…"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value).replace("\0", "")
    if _SECRET_VALUE.match(text):
        return HIDDEN
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _path(department: Department | None, obj: Model | None) -> str:
    if department is None and obj is not None:
        found = obj if isinstance(obj, Department) else getattr(obj, "department", None)
        department = (
            found if isinstance(found, Department) else getattr(getattr(obj, "table", None), "department", None)
        )
    return department.path if isinstance(department, Department) else ""


def action_name(action: str) -> str:
    """Return what the page shows for an action's code."""
    return ACTIONS.get(action, action)
