"""What is stored: one module per subject. Fields, constraints and cheap properties only."""

from projects.models.access import FormerPassword, Session
from projects.models.department import Department
from projects.models.entry import Attachment, EntrySave
from projects.models.fiscalyear import FiscalYear
from projects.models.membership import Membership, Role
from projects.models.notice import Notice
from projects.models.project import Project
from projects.models.record import AuditEvent, Revision, TransitionRecord, WrittenOnce
from projects.models.rows import CostDetail, ProseSection, SpendPlanPoint, SummaryItem, TableIndicator, WorkTask
from projects.models.search import SearchText
from projects.models.table import Funding, TargetTable
from projects.models.user import User

__all__ = [
    "Attachment",
    "AuditEvent",
    "CostDetail",
    "Department",
    "EntrySave",
    "FiscalYear",
    "FormerPassword",
    "Funding",
    "Membership",
    "Notice",
    "Project",
    "ProseSection",
    "Revision",
    "Role",
    "SearchText",
    "Session",
    "SpendPlanPoint",
    "SummaryItem",
    "TableIndicator",
    "TargetTable",
    "TransitionRecord",
    "User",
    "WorkTask",
    "WrittenOnce",
]
