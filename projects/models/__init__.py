"""What is stored: one module per subject. Fields, constraints and cheap properties only."""

from projects.models.department import Department
from projects.models.fiscalyear import FiscalYear
from projects.models.project import Project
from projects.models.rows import CostDetail, ProseSection, SpendPlanPoint, SummaryItem, TableIndicator, WorkTask
from projects.models.search import SearchText
from projects.models.table import Funding, TargetTable
from projects.models.user import User

__all__ = [
    "CostDetail",
    "Department",
    "FiscalYear",
    "Funding",
    "Project",
    "ProseSection",
    "SearchText",
    "SpendPlanPoint",
    "SummaryItem",
    "TableIndicator",
    "TargetTable",
    "User",
    "WorkTask",
]
