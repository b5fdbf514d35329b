"""Departments as a tree with figures, in two queries whatever its size."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from projects.models import Department, TargetTable


@dataclass(slots=True)
class Node:
    """A department with its own tables and, in ``all_*``, those of everything below. Amounts in yuan."""

    department: Department
    depth: int
    tables: int = 0
    amount: Decimal = Decimal(0)
    all_tables: int = 0
    all_amount: Decimal = Decimal(0)
    children: list[Node] = field(default_factory=list)


def department_tree(tables: QuerySet[TargetTable]) -> list[Node]:
    """Return all departments in tree order as a flat list (see ``depth``), counted over ``tables``."""
    figures = {
        row["department"]: row
        for row in tables.order_by().values("department").annotate(count=Count("pk"), amount=Sum("amount"))
    }
    nodes: dict[int, Node] = {}
    for department in Department.objects.order_by("path"):
        row = figures.get(department.pk, {"count": 0, "amount": None})
        node = Node(department, department.depth, row["count"], row["amount"] or Decimal(0))
        nodes[department.pk] = node
        if department.parent_id in nodes:
            nodes[department.parent_id].children.append(node)
    for node in reversed(nodes.values()):
        node.all_tables = node.tables + sum(child.all_tables for child in node.children)
        node.all_amount = node.amount + sum((child.all_amount for child in node.children), Decimal(0))
    return list(nodes.values())


def find_departments(text: str) -> list[Department]:
    """Return the departments that ``text`` names by code, else by name; more than one when a name is ambiguous."""
    text = " ".join(text.split())
    return list(Department.objects.filter(code=text).exclude(code="")) or list(Department.objects.filter(name=text))
