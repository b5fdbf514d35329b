"""What is stored: one module per subject. Fields, constraints and cheap properties only."""

from .department import Department
from .fiscalyear import FiscalYear
from .project import Project
from .rows import CostDetail, ProseSection, SpendPlanPoint, SummaryItem, TableIndicator, WorkTask
from .search import SearchText
from .table import Funding, TargetTable
from .user import User

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
