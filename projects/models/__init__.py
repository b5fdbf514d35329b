"""What is stored: one module per subject. Fields, constraints and cheap properties only."""

from projects.models.access import FormerPassword, Session
from projects.models.department import Department
from projects.models.entry import Attachment, EntrySave
from projects.models.fiscalyear import FiscalYear
from projects.models.form import Form, FormEdition, ShippedForm
from projects.models.imports import ImportBatch, ImportFile, ImportTable, SavedReading
from projects.models.library import ApprovedIndicator, ApprovedText, LibraryProposal
from projects.models.membership import Membership, Role
from projects.models.notice import Notice
from projects.models.project import Project
from projects.models.public import PublicField, Release
from projects.models.publishing import ExportJob, ExportRecord
from projects.models.record import AuditEvent, Revision, TransitionRecord, WrittenOnce
from projects.models.review import CommentEntry, Level, ReviewComment, ReviewSetting, ReviewSheet
from projects.models.reviewwork import Assignment, ReviewPresence, SavedView, Submission, TextBlock
from projects.models.rows import CostDetail, ProseSection, SpendPlanPoint, SummaryItem, TableIndicator, WorkTask
from projects.models.rules import RuleSetup, StoredFinding, TableBrief
from projects.models.search import SearchText
from projects.models.table import Funding, TargetTable
from projects.models.user import User

__all__ = [
    "ApprovedIndicator",
    "ApprovedText",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "CommentEntry",
    "CostDetail",
    "Department",
    "EntrySave",
    "ExportJob",
    "ExportRecord",
    "FiscalYear",
    "Form",
    "FormEdition",
    "FormerPassword",
    "Funding",
    "ImportBatch",
    "ImportFile",
    "ImportTable",
    "Level",
    "LibraryProposal",
    "Membership",
    "Notice",
    "Project",
    "ProseSection",
    "PublicField",
    "Release",
    "ReviewComment",
    "ReviewPresence",
    "ReviewSetting",
    "ReviewSheet",
    "Revision",
    "Role",
    "RuleSetup",
    "SavedReading",
    "SavedView",
    "SearchText",
    "Session",
    "ShippedForm",
    "SpendPlanPoint",
    "StoredFinding",
    "Submission",
    "SummaryItem",
    "TableBrief",
    "TableIndicator",
    "TargetTable",
    "TextBlock",
    "TransitionRecord",
    "User",
    "WorkTask",
    "WrittenOnce",
]
