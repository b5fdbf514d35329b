"""Every address × every role × own, subordinate and foreign objects: what is answered.

A new address makes this test fail until its lines stand here. One line is one address, method and place; the columns
are :data:`ROLES`. ``away`` is asked twice, for a sibling department's object and for one of another place altogether:
whoever may open the page at all gets 404 there, as for an id that does not exist. Roles are held in the department
"own"; the objects of "below" lie in a department under it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from indicators.models import LibraryIndicator
from projects.grading import WEIGHTS
from projects.grids.docx_writer import write_docx
from projects.layouts import registry
from projects.layouts.asdata import to_data
from projects.layouts.blank.draw import blank_blocks
from projects.models import (
    Department,
    ExportJob,
    FiscalYear,
    Form,
    FormEdition,
    ImportBatch,
    ImportFile,
    ImportTable,
    LibraryProposal,
    Membership,
    Notice,
    Role,
    TableIndicator,
    TargetTable,
    User,
)
from projects.services import revisions
from projects.services.imports.files import keep
from projects.store import Entry, save_tables
from projects.targettable import DepartmentRef
from projects.tests.generated import table as content

ROLES = (
    "anonymous",
    "nobody",  # logged in, without any role
    "officer",
    "department_reviewer",
    "finance_reviewer",
    "reader",
    "administrator",
    "security",
    "auditor",
    "everywhere",  # system administrator of all departments: nothing is foreign
)
PLACES = {"-": ("own",), "own": ("own",), "below": ("below",), "away": ("sibling", "foreign")}
# What stands in an address beside the object's id.
FIXED: dict[str, dict[str, Any]] = {
    "table-download": {"suffix": "json"},
    "table-book": {"suffix": "docx"},
    "table-act": {"action": "submit"},
    "revision": {"number": 1},
    "revision-download": {"number": 1, "suffix": "json"},
    "audit-export": {"suffix": "xlsx"},
    "summary-file": {"kind": "projects", "suffix": "csv"},
    "exchange-file": {"part": "all", "suffix": "json"},
    "year": {"number": 2021},
    "year-state": {"number": 2021},
    "year-rollover": {"number": 2021},
    "entry-step": {"step": "indicators"},
    "form-shipped": {"layout": "longhua"},
    # Switched off, as by default; switched on: test_public.py.
    "public-list": {"year": 2021},
    "public-list-data": {"year": 2021},
    "public-table": {"uid": UUID(int=1)},
    "public-data": {"uid": UUID(int=1), "suffix": "json"},
    "form-blank": {"layout": "longhua", "suffix": "docx"},
    "form-edition": {"number": 1},
    "form-state": {"number": 1},
    "form-file": {"number": 1},
    "form-try": {"number": 1},
    "form-filled": {"number": 1, "suffix": "docx"},
    "attachment": {"number": 1},
    "attachment-delete": {"number": 1},
    "review-sheet-file": {"suffix": "docx"},
    "adjustment-form": {"number": 1, "suffix": "docx"},
    "review-sheets": {"suffix": "docx"},
    "review-settings-save": {"year": 2021},
    "review-settings": {"year": 2021},
    "adjustment": {"number": 1},
    "review-comment": {"number": 1},
    "review-comment-remove": {"number": 1},
    "review-comment-act": {"number": 1},
    "review-view-remove": {"number": 1},
    "text-block": {"number": 1},
    "text-block-remove": {"number": 1},
    "text-block-used": {"number": 1},
}
# Objects that belong to one person: everybody else's do not exist, whatever the department.
PERSONAL = ("notice", "export-")
# What is sent with POST where nothing would say nothing about rights.
BODIES: dict[str, dict[str, Any]] = {
    "person-change": {"display_name": "新名字"},
    "person-state": {"active": "0"},
    "role-give": {"department": "{below}", "role": "reader"},
    "person-move": {"source": "{here}", "target": "{other}"},
    "department-new": {"name": "新处", "code": "999", "parent": "{own}"},
    "department-edit": {"name": "改名", "code": "998", "parent": "{parent}"},
    "department-switch": {"department": ""},
    "notices-digest": {"digest": "none"},
    "table-act": {"version": "1"},
    "import-list": {"department": ""},
    "library-state": {"version": "1", "in_use": "0"},
    "library-merge": {"version": "1", "into": "{shared}"},
    "library-unmerge": {"version": "1"},
    "table-propose": {"row": "{row}", "library": "department"},
    "rule-list": {"year": "2021", "version": "0"},
    "year-state": {"state": "closed"},
}
JSON: dict[str, dict[str, Any]] = {
    "entry-changes": {"changes": [], "version": 1, "batch": "0" * 32},
    "entry-submit": {"version": 1},
    "table-submit": {"tables": []},
    "review-settings-save": {
        "version": 0,
        "sheet": {"department": "none", "finance": "none"},
        "key_amount": "",
        "weights": WEIGHTS,
    },
    "review-pulse": {"cursor": 0},
    "review-comments": {"uid": "0" * 32, "kind": "must", "anchor": "table", "path": "", "text": "改"},
    "review-comment": {"version": 1, "text": "改"},
    "review-comment-remove": {"version": 1},
    "review-comment-act": {"version": 1, "act": "resolve"},
    "review-sheet": {"version": 0, "form": "general", "items": {}},
    "review-decide": {"action": "return", "version": 1, "cursor": 0, "reason": "改"},
    "review-assign": {"tables": [], "how": "clear"},
    "review-bulk": {"tables": []},
    "review-views": {"name": "我的", "query": ""},
    "text-blocks": {"text": "请细化"},
    "text-block": {"version": 1, "text": "请量化"},
    "text-block-remove": {},
    "text-block-used": {},
    "review-view-remove": {},
}
# Names that Django's own admin brings are tested apart.
MATRIX = """
# name                how  place anonymous nobody officer department finance reader administrator security auditor every
health                GET  -     200 200 200 200 200 200 200 200 200 200
ready                 GET  -     200 200 200 200 200 200 200 200 200 200
login                 GET  -     200 302 302 302 302 302 302 302 302 302
login                 POST -     200 302 302 302 302 302 302 302 302 302
login-code            GET  -     302 302 302 302 302 302 302 302 302 302
login-code            POST -     302 302 302 302 302 302 302 302 302 302
logout                POST -     302 302 302 302 302 302 302 302 302 302
department-switch     POST -     302 302 302 302 302 302 302 302 302 302
account               GET  -     302 200 200 200 200 200 200 200 200 200
password              GET  -     302 200 200 200 200 200 200 200 200 200
password              POST -     302 200 200 200 200 200 200 200 200 200
sessions-end          POST -     302 302 302 302 302 302 302 302 302 302
second-factor         GET  -     302 200 200 200 200 200 200 200 200 200
second-factor         POST -     302 200 200 200 200 200 200 200 200 200
second-factor-off     GET  -     302 302 302 302 302 302 302 302 302 302
second-factor-off     POST -     302 302 302 302 302 302 302 302 302 302
backup-codes          GET  -     302 302 302 302 302 302 302 302 302 302
backup-codes          POST -     302 302 302 302 302 302 302 302 302 302
people                GET  -     302 403 403 403 403 403 200 200 403 200
person-new            GET  -     302 403 403 403 403 403 200 200 403 200
person-new            POST -     302 403 403 403 403 403 200 200 403 200
people-import         GET  -     302 403 403 403 403 403 200 200 403 200
people-import         POST -     302 403 403 403 403 403 200 200 403 200
people-import-confirm POST -     302 403 403 403 403 403 400 400 403 400
people-template       GET  -     302 403 403 403 403 403 200 200 403 200
person                GET  own   302 403 403 403 403 403 200 200 403 200
person                GET  below 302 403 403 403 403 403 200 200 403 200
person                GET  away  302 403 403 403 403 403 404 404 403 200
person-change         POST own   302 403 403 403 403 403 302 403 403 302
person-change         POST below 302 403 403 403 403 403 302 403 403 302
person-change         POST away  302 403 403 403 403 403 404 404 403 302
person-state          POST own   302 403 403 403 403 403 302 403 403 302
person-state          POST below 302 403 403 403 403 403 302 403 403 302
person-state          POST away  302 403 403 403 403 403 404 404 403 302
person-unlock         POST own   302 403 403 403 403 403 302 403 403 302
person-unlock         POST below 302 403 403 403 403 403 302 403 403 302
person-unlock         POST away  302 403 403 403 403 403 404 404 403 302
person-reset          POST own   302 403 403 403 403 403 200 403 403 200
person-reset          POST below 302 403 403 403 403 403 200 403 403 200
person-reset          POST away  302 403 403 403 403 403 404 404 403 200
person-move           POST own   302 403 403 403 403 403 302 400 403 302
person-move           POST below 302 403 403 403 403 403 302 400 403 302
person-move           POST away  302 403 403 403 403 403 404 404 403 302
role-give             POST own   302 403 403 403 403 403 302 400 403 302
role-give             POST below 302 403 403 403 403 403 302 400 403 302
role-give             POST away  302 403 403 403 403 403 404 404 403 302
role-take             POST own   302 403 403 403 403 403 302 403 403 302
role-take             POST below 302 403 403 403 403 403 302 403 403 302
role-take             POST away  302 403 403 403 403 403 404 404 403 302
department-admin      GET  -     302 403 403 403 403 403 200 403 403 200
department-new        GET  -     302 403 403 403 403 403 200 403 403 200
department-new        POST -     302 403 403 403 403 403 302 403 403 302
department-edit       GET  own   302 403 403 403 403 403 200 403 403 200
department-edit       GET  below 302 403 403 403 403 403 200 403 403 200
department-edit       GET  away  302 403 403 403 403 403 404 403 403 200
department-edit       POST own   302 403 403 403 403 403 302 403 403 302
department-edit       POST below 302 403 403 403 403 403 302 403 403 302
department-edit       POST away  302 403 403 403 403 403 404 403 403 302
department-delete     POST own   302 403 403 403 403 403 403 403 403 302
department-delete     POST below 302 403 403 403 403 403 302 403 403 302
department-delete     POST away  302 403 403 403 403 403 404 403 403 302
filling               GET  -     302 403 200 403 403 403 403 403 403 403
filling-create        POST -     302 403 200 403 403 403 403 403 403 403
filling-submit        POST -     302 403 200 403 403 403 403 403 403 403
table-act             POST own   302 404 302 409 409 409 409 404 404 409
table-act             POST below 302 404 302 409 409 409 409 404 404 409
table-act             POST away  302 404 404 404 404 404 404 404 404 409
table-history         GET  own   302 404 200 200 200 200 200 404 404 200
table-history         GET  below 302 404 200 200 200 200 200 404 404 200
table-history         GET  away  302 404 404 404 404 404 404 404 404 200
revision              GET  own   302 404 200 200 200 200 200 404 404 200
revision              GET  below 302 404 200 200 200 200 200 404 404 200
revision              GET  away  302 404 404 404 404 404 404 404 404 200
revision-download     GET  own   302 404 200 200 200 200 200 404 404 200
revision-download     GET  below 302 404 200 200 200 200 200 404 404 200
revision-download     GET  away  302 404 404 404 404 404 404 404 404 200
table-diff            GET  own   302 404 200 200 200 200 200 404 404 200
table-diff            GET  below 302 404 200 200 200 200 200 404 404 200
table-diff            GET  away  302 404 404 404 404 404 404 404 404 200
audit                 GET  -     302 403 403 403 403 403 403 403 200 403
audit-export          GET  -     302 403 403 403 403 403 403 403 200 403
library               GET  -     302 403 200 200 200 200 200 403 403 200
library-export        GET  -     302 403 200 200 200 200 200 403 403 200
library-new           GET  -     302 403 403 403 403 403 200 403 403 200
library-new           POST -     302 403 403 403 403 403 200 403 403 200
library-duplicates    GET  -     302 403 403 403 403 403 200 403 403 200
library-import        GET  -     302 403 403 403 403 403 200 403 403 200
library-import        POST -     302 403 403 403 403 403 200 403 403 200
library-import-confirm POST -     302 403 403 403 403 403 400 403 403 400
library-template      GET  -     302 403 403 403 403 403 200 403 403 200
library-proposals     GET  -     302 403 200 200 200 200 200 403 403 200
library-proposal      GET  own   302 404 404 404 404 404 200 404 404 200
library-proposal      GET  below 302 404 404 404 404 404 200 404 404 200
library-proposal      GET  away  302 404 404 404 404 404 404 404 404 200
library-accept        POST own   302 404 404 404 404 404 400 404 404 400
library-accept        POST below 302 404 404 404 404 404 400 404 404 400
library-accept        POST away  302 404 404 404 404 404 404 404 404 400
library-decline       POST own   302 404 404 404 404 404 400 404 404 400
library-decline       POST below 302 404 404 404 404 404 400 404 404 400
library-decline       POST away  302 404 404 404 404 404 404 404 404 400
library-indicator     GET  own   302 404 200 200 200 200 200 404 404 200
library-indicator     GET  below 302 404 200 200 200 200 200 404 404 200
library-indicator     GET  away  302 404 404 404 404 404 404 404 404 200
library-edit          GET  own   302 404 403 403 403 403 200 404 404 200
library-edit          GET  below 302 404 403 403 403 403 200 404 404 200
library-edit          GET  away  302 404 404 404 404 404 404 404 404 200
library-edit          POST own   302 404 403 403 403 403 200 404 404 200
library-edit          POST below 302 404 403 403 403 403 200 404 404 200
library-edit          POST away  302 404 404 404 404 404 404 404 404 200
library-state         POST own   302 404 403 403 403 403 302 404 404 302
library-state         POST below 302 404 403 403 403 403 302 404 404 302
library-state         POST away  302 404 404 404 404 404 404 404 404 302
library-unmerge       POST own   302 404 403 403 403 403 302 404 404 302
library-unmerge       POST below 302 404 403 403 403 403 302 404 404 302
library-unmerge       POST away  302 404 404 404 404 404 404 404 404 302
library-merge         POST own   302 404 403 403 403 403 302 404 404 302
library-merge         POST below 302 404 403 403 403 403 302 404 404 302
library-merge         POST away  302 404 404 404 404 404 404 404 404 302
table-propose         POST own   302 404 302 302 302 403 302 404 404 302
table-propose         POST below 302 404 302 302 302 403 302 404 404 302
table-propose         POST away  302 404 404 404 404 404 404 404 404 302
releases              GET  -     302 403 403 403 403 403 200 403 403 200
releases              POST -     302 403 403 403 403 403 302 403 403 302
release-fields        POST -     302 403 403 403 403 403 403 403 403 302
public                GET  -     404 404 404 404 404 404 404 404 404 404
public-list           GET  -     404 404 404 404 404 404 404 404 404 404
public-list-data      GET  -     404 404 404 404 404 404 404 404 404 404
public-table          GET  -     404 404 404 404 404 404 404 404 404 404
public-data           GET  -     404 404 404 404 404 404 404 404 404 404
form-list             GET  -     302 403 403 403 403 403 200 403 403 200
form-new              GET  -     302 403 403 403 403 403 200 403 403 200
form-new              POST -     302 403 403 403 403 403 400 403 403 400
form-help             GET  -     302 403 403 403 403 403 200 403 403 200
form-blank            GET  -     302 403 403 403 403 403 200 403 403 200
form-shipped          POST -     302 403 403 403 403 403 403 403 403 302
form-edition          GET  own   302 403 403 403 403 403 200 403 403 200
form-edition          GET  below 302 403 403 403 403 403 200 403 403 200
form-edition          GET  away  302 403 403 403 403 403 404 403 403 200
form-edition          POST own   302 403 403 403 403 403 400 403 403 400
form-edition          POST below 302 403 403 403 403 403 400 403 403 400
form-edition          POST away  302 403 403 403 403 403 404 403 403 400
form-state            POST own   302 403 403 403 403 403 302 403 403 302
form-state            POST below 302 403 403 403 403 403 302 403 403 302
form-state            POST away  302 403 403 403 403 403 404 403 403 302
form-file             GET  own   302 403 403 403 403 403 200 403 403 200
form-file             GET  below 302 403 403 403 403 403 200 403 403 200
form-file             GET  away  302 403 403 403 403 403 404 403 403 200
form-try              GET  own   302 403 403 403 403 403 200 403 403 200
form-try              GET  below 302 403 403 403 403 403 200 403 403 200
form-try              GET  away  302 403 403 403 403 403 404 403 403 200
form-filled           GET  own   302 403 403 403 403 403 200 403 403 200
form-filled           GET  below 302 403 403 403 403 403 200 403 403 200
form-filled           GET  away  302 403 403 403 403 403 404 403 403 200
home                  GET  -     302 200 200 200 200 200 200 200 200 200
rule-list             GET  -     302 200 200 200 200 200 200 200 200 200
rule-list             POST -     302 403 403 403 403 403 403 403 403 302
year-list             GET  -     302 403 403 403 403 403 403 403 403 200
year-list             POST -     302 403 403 403 403 403 403 403 403 200
year                  GET  -     302 403 403 403 403 403 403 403 403 200
year                  POST -     302 403 403 403 403 403 403 403 403 200
year-state            POST -     302 403 403 403 403 403 403 403 403 302
year-rollover         GET  -     302 403 403 403 403 403 403 403 403 200
year-rollover         POST -     302 403 403 403 403 403 403 403 403 200
notice-list           GET  -     302 200 200 200 200 200 200 200 200 200
notices-read          POST -     302 302 302 302 302 302 302 302 302 302
notices-digest        POST -     302 302 302 302 302 302 302 302 302 302
notice-open           POST own   302 302 302 302 302 302 302 302 302 302
notice-open           POST away  302 404 404 404 404 404 404 404 404 404
department-list       GET  -     302 200 200 200 200 200 200 200 200 200
department            GET  own   302 404 200 200 200 200 200 404 404 200
department            GET  below 302 404 200 200 200 200 200 404 404 200
department            GET  away  302 404 404 404 404 404 404 404 404 200
table-list            GET  -     302 200 200 200 200 200 200 200 200 200
table-book            GET  -     302 404 200 200 200 200 200 404 404 200
publishing            GET  -     302 200 200 200 200 200 200 200 200 200
book                  GET  -     302 404 200 200 200 200 200 404 404 200
book                  POST -     302 404 400 400 400 400 400 404 404 400
summaries             GET  -     302 404 200 200 200 200 200 404 404 200
summary-file          GET  -     302 404 400 400 400 400 400 404 404 400
exchange-file         GET  -     302 404 400 400 400 400 400 404 404 400
export-records        GET  -     302 403 403 403 403 403 403 403 200 403
export-job            GET  own   302 200 200 200 200 200 200 200 200 200
export-job            GET  away  302 404 404 404 404 404 404 404 404 404
export-job-state      GET  own   302 200 200 200 200 200 200 200 200 200
export-job-state      GET  away  302 404 404 404 404 404 404 404 404 404
export-file           GET  own   302 409 409 409 409 409 409 409 409 409
export-file           GET  away  302 404 404 404 404 404 404 404 404 404
table-zip             POST -     302 302 302 302 302 302 302 302 302 302
import-list           GET  -     302 403 403 403 403 403 200 403 403 200
import-template       GET  -     302 403 403 403 403 403 200 403 403 200
import-list           POST -     302 403 403 403 403 403 400 403 403 302
import-batch          GET  own   302 403 403 403 403 403 200 403 403 200
import-batch          GET  below 302 403 403 403 403 403 200 403 403 200
import-batch          GET  away  302 403 403 403 403 403 404 403 403 200
import-state          GET  own   302 403 403 403 403 403 200 403 403 200
import-state          GET  below 302 403 403 403 403 403 200 403 403 200
import-state          GET  away  302 403 403 403 403 403 404 403 403 200
import-files          POST own   302 403 403 403 403 403 302 403 403 302
import-files          POST below 302 403 403 403 403 403 302 403 403 302
import-files          POST away  302 403 403 403 403 403 404 403 403 302
import-again          POST own   302 403 403 403 403 403 302 403 403 302
import-again          POST below 302 403 403 403 403 403 302 403 403 302
import-again          POST away  302 403 403 403 403 403 404 403 403 302
import-department     POST own   302 403 403 403 403 403 302 403 403 302
import-department     POST below 302 403 403 403 403 403 302 403 403 302
import-department     POST away  302 403 403 403 403 403 404 403 403 302
import-options        POST own   302 403 403 403 403 403 302 403 403 302
import-options        POST below 302 403 403 403 403 403 302 403 403 302
import-options        POST away  302 403 403 403 403 403 404 403 403 302
import-refresh        POST own   302 403 403 403 403 403 302 403 403 302
import-refresh        POST below 302 403 403 403 403 403 302 403 403 302
import-refresh        POST away  302 403 403 403 403 403 404 403 403 302
import-exclude        POST own   302 403 403 403 403 403 302 403 403 302
import-exclude        POST below 302 403 403 403 403 403 302 403 403 302
import-exclude        POST away  302 403 403 403 403 403 404 403 403 302
import-commit         POST own   302 403 403 403 403 403 302 403 403 302
import-commit         POST below 302 403 403 403 403 403 302 403 403 302
import-commit         POST away  302 403 403 403 403 403 404 403 403 302
import-undo           POST own   302 403 403 403 403 403 302 403 403 302
import-undo           POST below 302 403 403 403 403 403 302 403 403 302
import-undo           POST away  302 403 403 403 403 403 404 403 403 302
import-discard        POST own   302 403 403 403 403 403 302 403 403 302
import-discard        POST below 302 403 403 403 403 403 302 403 403 302
import-discard        POST away  302 403 403 403 403 403 404 403 403 302
import-errors         GET  own   302 403 403 403 403 403 200 403 403 200
import-errors         GET  below 302 403 403 403 403 403 200 403 403 200
import-errors         GET  away  302 403 403 403 403 403 404 403 403 200
import-errors-upload  POST own   302 403 403 403 403 403 302 403 403 302
import-errors-upload  POST below 302 403 403 403 403 403 302 403 403 302
import-errors-upload  POST away  302 403 403 403 403 403 404 403 403 302
import-table          GET  own   302 403 403 403 403 403 200 403 403 200
import-table          GET  below 302 403 403 403 403 403 200 403 403 200
import-table          GET  away  302 403 403 403 403 403 404 403 403 200
import-cells          POST own   302 403 403 403 403 403 302 403 403 302
import-cells          POST below 302 403 403 403 403 403 302 403 403 302
import-cells          POST away  302 403 403 403 403 403 404 403 403 302
import-reading        POST own   302 403 403 403 403 403 302 403 403 302
import-reading        POST below 302 403 403 403 403 403 302 403 403 302
import-reading        POST away  302 403 403 403 403 403 404 403 403 302
import-table-department POST own   302 403 403 403 403 403 302 403 403 302
import-table-department POST below 302 403 403 403 403 403 302 403 403 302
import-table-department POST away  302 403 403 403 403 403 404 403 403 302
import-save-form      POST own   302 403 403 403 403 403 302 403 403 302
import-save-form      POST below 302 403 403 403 403 403 302 403 403 302
import-save-form      POST away  302 403 403 403 403 403 404 403 403 302
import-source         GET  own   302 403 403 403 403 403 200 403 403 200
import-source         GET  below 302 403 403 403 403 403 200 403 403 200
import-source         GET  away  302 403 403 403 403 403 404 403 403 200
table-new             GET  -     302 404 200 404 404 404 404 404 404 404
table-new             POST -     302 400 400 400 400 400 400 400 400 400
table-new-bulk        POST -     302 400 400 400 400 400 400 400 400 400
table-submit          POST -     401 200 200 200 200 200 200 200 200 200
entry                 GET  own   302 404 200 200 200 200 200 404 404 200
entry                 GET  below 302 404 200 200 200 200 200 404 404 200
entry                 GET  away  302 404 404 404 404 404 404 404 404 200
entry-data            GET  own   302 404 200 200 200 200 200 404 404 200
entry-data            GET  below 302 404 200 200 200 200 200 404 404 200
entry-data            GET  away  302 404 404 404 404 404 404 404 404 200
entry-changes         POST own   401 404 200 409 409 409 409 404 404 409
entry-changes         POST below 401 404 200 409 409 409 409 404 404 409
entry-changes         POST away  401 404 404 404 404 404 404 404 404 409
entry-state           GET  own   302 404 200 200 200 200 200 404 404 200
entry-state           GET  below 302 404 200 200 200 200 200 404 404 200
entry-state           GET  away  302 404 404 404 404 404 404 404 404 200
entry-paste           POST own   302 404 400 400 400 400 400 404 404 400
entry-paste           POST below 302 404 400 400 400 400 400 404 404 400
entry-paste           POST away  302 404 404 404 404 404 404 404 404 400
entry-suggest         GET  own   302 404 200 200 200 200 200 404 404 200
entry-suggest         GET  below 302 404 200 200 200 200 200 404 404 200
entry-suggest         GET  away  302 404 404 404 404 404 404 404 404 200
entry-offers          GET  own   302 404 200 200 200 200 200 404 404 200
entry-offers          GET  below 302 404 200 200 200 200 200 404 404 200
entry-offers          GET  away  302 404 404 404 404 404 404 404 404 200
entry-sources         GET  own   302 404 200 200 200 200 200 404 404 200
entry-sources         GET  below 302 404 200 200 200 200 200 404 404 200
entry-sources         GET  away  302 404 404 404 404 404 404 404 404 200
entry-source          GET  own   302 404 200 200 200 200 200 404 404 200
entry-source          GET  below 302 404 200 200 200 200 200 404 404 200
entry-source          GET  away  302 404 404 404 404 404 404 404 404 200
entry-upload          POST own   302 404 400 400 400 400 400 404 404 400
entry-upload          POST below 302 404 400 400 400 400 400 404 404 400
entry-upload          POST away  302 404 404 404 404 404 404 404 404 400
entry-submit          POST own   401 404 200 409 409 409 409 404 404 409
entry-submit          POST below 401 404 200 409 409 409 409 404 404 409
entry-submit          POST away  401 404 404 404 404 404 404 404 404 409
entry-step            GET  own   302 404 200 200 200 200 200 404 404 200
entry-step            GET  below 302 404 200 200 200 200 200 404 404 200
entry-step            GET  away  302 404 404 404 404 404 404 404 404 200
attachments           GET  own   302 404 200 200 200 200 200 404 404 200
attachments           GET  below 302 404 200 200 200 200 200 404 404 200
attachments           GET  away  302 404 404 404 404 404 404 404 404 200
attachments           POST own   302 404 400 400 400 400 400 404 404 400
attachments           POST below 302 404 400 400 400 400 400 404 404 400
attachments           POST away  302 404 404 404 404 404 404 404 404 400
attachment            GET  own   302 404 404 404 404 404 404 404 404 404
attachment            GET  below 302 404 404 404 404 404 404 404 404 404
attachment            GET  away  302 404 404 404 404 404 404 404 404 404
attachment-delete     POST own   302 404 404 404 404 404 404 404 404 404
attachment-delete     POST below 302 404 404 404 404 404 404 404 404 404
attachment-delete     POST away  302 404 404 404 404 404 404 404 404 404
review-register       GET  -     302 403 403 200 200 403 200 403 403 200
review-statistics     GET  -     302 403 403 200 200 403 200 403 403 200
review-settings       GET  -     302 403 403 403 403 403 403 403 403 200
adjustment            GET  own   302 404 404 404 404 404 404 404 404 404
adjustment            GET  below 302 404 404 404 404 404 404 404 404 404
adjustment            GET  away  302 404 404 404 404 404 404 404 404 404
review-queue          GET  -     302 403 403 200 200 403 403 403 403 403
review                GET  own   302 404 404 200 200 404 404 404 404 404
review                GET  below 302 404 404 200 200 404 404 404 404 404
review                GET  away  302 404 404 404 404 404 404 404 404 404
review-data           GET  own   302 404 404 200 200 404 404 404 404 404
review-data           GET  below 302 404 404 200 200 404 404 404 404 404
review-data           GET  away  302 404 404 404 404 404 404 404 404 404
review-pulse          POST own   401 404 200 200 200 200 200 404 404 200
review-pulse          POST below 401 404 200 200 200 200 200 404 404 200
review-pulse          POST away  401 404 404 404 404 404 404 404 404 200
review-comments       GET  own   302 404 200 200 200 200 200 404 404 200
review-comments       GET  below 302 404 200 200 200 200 200 404 404 200
review-comments       GET  away  302 404 404 404 404 404 404 404 404 200
review-comments       POST own   401 404 404 201 201 404 404 404 404 404
review-comments       POST below 401 404 404 201 201 404 404 404 404 404
review-comments       POST away  401 404 404 404 404 404 404 404 404 404
review-comment        POST own   401 404 404 404 404 404 404 404 404 404
review-comment        POST below 401 404 404 404 404 404 404 404 404 404
review-comment        POST away  401 404 404 404 404 404 404 404 404 404
review-comment-remove POST own   401 404 404 404 404 404 404 404 404 404
review-comment-remove POST below 401 404 404 404 404 404 404 404 404 404
review-comment-remove POST away  401 404 404 404 404 404 404 404 404 404
review-comment-act    POST own   401 404 404 404 404 404 404 404 404 404
review-comment-act    POST below 401 404 404 404 404 404 404 404 404 404
review-comment-act    POST away  401 404 404 404 404 404 404 404 404 404
review-sheet          GET  own   302 404 404 200 404 404 404 404 404 404
review-sheet          GET  below 302 404 404 200 404 404 404 404 404 404
review-sheet          GET  away  302 404 404 404 404 404 404 404 404 404
review-sheet          POST own   401 404 404 200 409 404 404 404 404 404
review-sheet          POST below 401 404 404 200 409 404 404 404 404 404
review-sheet          POST away  401 404 404 404 404 404 404 404 404 404
review-decide         POST own   401 404 404 200 409 404 404 404 404 404
review-decide         POST below 401 404 404 200 409 404 404 404 404 404
review-decide         POST away  401 404 404 404 404 404 404 404 404 404
review-queue-data     GET  -     302 403 403 200 200 403 403 403 403 403
review-assign         POST -     401 403 403 200 200 403 403 403 403 403
review-bulk           POST -     401 403 403 200 200 403 403 403 403 403
review-views          GET  -     302 403 403 200 200 403 403 403 403 403
review-views          POST -     401 403 403 200 200 403 403 403 403 403
review-view-remove    POST -     401 403 403 404 404 403 403 403 403 403
text-blocks           GET  -     302 403 403 200 200 403 403 403 403 403
text-blocks           POST -     401 403 403 201 201 403 403 403 403 403
text-block            POST -     401 403 403 404 404 403 403 403 403 403
text-block-remove     POST -     401 403 403 404 404 403 403 403 403 403
text-block-used       POST -     401 403 403 404 404 403 403 403 403 403
review-sheet-file     GET  own   302 404 404 404 404 404 404 404 404 404
review-sheet-file     GET  below 302 404 404 404 404 404 404 404 404 404
review-sheet-file     GET  away  302 404 404 404 404 404 404 404 404 404
adjustment-form       GET  own   302 404 404 404 404 404 404 404 404 404
adjustment-form       GET  below 302 404 404 404 404 404 404 404 404 404
adjustment-form       GET  away  302 404 404 404 404 404 404 404 404 404
review-sheets         GET  -     302 403 403 404 404 403 404 403 403 404
review-register-file  GET  -     302 403 403 200 200 403 200 403 403 200
review-statistics-file GET  -     302 403 403 200 200 403 200 403 403 200
review-settings-save  POST -     401 403 403 403 403 403 403 403 403 200
table                 GET  own   302 404 200 200 200 200 200 404 404 200
table                 GET  below 302 404 200 200 200 200 200 404 404 200
table                 GET  away  302 404 404 404 404 404 404 404 404 200
table-download        GET  own   302 404 200 200 200 200 200 404 404 200
table-download        GET  below 302 404 200 200 200 200 200 404 404 200
table-download        GET  away  302 404 404 404 404 404 404 404 404 200
"""


def lines() -> list[tuple[str, str, str, list[int]]]:
    found = []
    for line in MATRIX.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            name, method, place, *statuses = line.split()
            found.append((name, method, place, [int(status) for status in statuses]))
    return found


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every named address but those of Django's admin."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from names(pattern.url_patterns)
        else:
            yield pattern.name or f"({pattern.pattern})"


class World:
    """One table, person and department per place, one client per role."""

    def __init__(self) -> None:
        district = Department.objects.create(code="1", name="某区")
        own = Department.objects.create(code="11", name="财政局", parent=district)
        self.departments = {
            "own": own,
            "below": Department.objects.create(code="111", name="国库处", parent=own),
            "sibling": Department.objects.create(code="12", name="卫健局", parent=district),
            "foreign": Department.objects.create(code="2", name="外区"),
        }
        self.tables: dict[str, TargetTable] = {}
        self.people: dict[str, User] = {}
        self.imports: dict[str, ImportTable] = {}
        self.rows: dict[str, str] = {}
        self.indicators: dict[str, LibraryIndicator] = {}
        self.proposals: dict[str, LibraryProposal] = {}
        self.shared = LibraryIndicator.objects.create(category="output.quality", name="准确率", name_key="准确率")
        for number, (place, department) in enumerate(self.departments.items()):
            ref = DepartmentRef(department.code, department.name)
            data = content(number, department=ref)
            data.fiscal_year = 2021
            saved = save_tables([Entry(data, department=department)]).saved[0]
            table = self.tables[place] = TargetTable.objects.get(pk=saved.pk)
            revisions.write(table, data, cause="submit", actor=None)
            self.rows[place] = str(TableIndicator.objects.filter(table=table).order_by("position")[0].uid)
            fields = {"category": "output.quality", "name": f"准确率{number}"}
            self.indicators[place] = LibraryIndicator.objects.create(department=department, name_key=number, **fields)
            waiting = LibraryIndicator.objects.create(
                department=department, state="proposed", name_key="等待", **fields
            )
            self.proposals[place] = LibraryProposal.objects.create(indicator=waiting, row_uid=self.rows[place])
            batch = ImportBatch.objects.create(department=department, name="导入")
            file = ImportFile.objects.create(batch=batch, name="上年.docx", sha256=keep(batch.pk, b"x"), state="read")
            read = {"kind": "project", "content": data.to_dict(), "sha256": data.sha256()}
            self.imports[place] = ImportTable.objects.create(batch=batch, file=file, number=1, **read)
            person = self.people[place] = User.objects.create_user(f"p-{place}", password="Correct-horse-7")
            Membership.objects.create(user=person, department=department, role=Role.OFFICER)
        FiscalYear.objects.get_or_create(year=2021)
        self.forms: dict[str, int] = {}
        self.clients = {"anonymous": Client()}
        self.users: dict[str, User] = {}
        for role in ROLES[1:]:
            user = self.users[role] = User.objects.create_user(role, password="Correct-horse-7")
            if role == "everywhere":
                Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
            elif role != "nobody":
                Membership.objects.create(user=user, department=own, role=role)
            Notice.objects.create(user=user, kind="returned", text="被退回", table=self.tables["own"])
            self.clients[role] = Client()
            self.clients[role].force_login(user)
        self.cookies = {
            role: {key: item.value for key, item in client.cookies.items()} for role, client in self.clients.items()
        }
        self.jobs = {
            "own": {role: ExportJob.objects.create(owner=user, name="一册").pk for role, user in self.users.items()},
            "away": ExportJob.objects.create(owner=self.people["foreign"], name="别人的").pk,
        }
        self.notices = {
            "own": {role: Notice.objects.get(user=user).pk for role, user in self.users.items()},
            "away": Notice.objects.create(user=self.people["foreign"], kind="returned", text="别人的").pk,
        }

    def address(self, name: str, place: str, role: str) -> str:
        kwargs = dict(FIXED.get(name, {}))
        for route in get_resolver().reverse_dict.getlist(name):
            wanted = set(route[0][0][1])
            break
        if "pk" in wanted:
            kwargs["pk"] = self.object(name, place, role)
        if "membership" in wanted:
            kwargs["membership"] = Membership.objects.get(user=self.people[place]).pk
        if "table" in wanted:
            kwargs["table"] = (self.imports if name.startswith("import-") else self.tables)[place].pk
        if "other" in wanted:
            kwargs["other"] = self.tables["own"].pk
        return reverse(name, kwargs=kwargs)

    def object(self, name: str, place: str, role: str) -> int:
        if name.startswith("notice"):
            return self.notices["away"] if place != "own" else self.notices["own"].get(role, self.notices["away"])
        if name.startswith("export-"):
            return self.jobs["away"] if place != "own" else self.jobs["own"].get(role, self.jobs["away"])
        if name in ("library-proposal", "library-accept", "library-decline"):
            return self.proposals[place].pk
        if name.startswith("library"):
            return self.indicators[place].pk
        if name.startswith("import-"):
            return self.imports[place].batch_id
        if name.startswith("department"):
            return self.departments[place].pk
        if name.startswith(("person", "role")):
            return self.people[place].pk
        if name.startswith("form-"):
            return self.form(place)
        return self.tables[place].pk

    def form(self, place: str) -> int:
        """A form of the place's department with one edition; made when first asked for, to stay."""
        if place not in self.forms:
            out = io.BytesIO()
            hebei = registry.shipped_layouts()[1]
            write_docx(blank_blocks(hebei), out)
            made = Form.objects.create(name="某表", kind="project", department=self.departments[place])
            FormEdition.objects.create(
                form=made, number=1, first_year=2021, definition=to_data(replace(hebei, id=f"f{made.pk}v1", own=True)),
                file=ContentFile(out.getvalue(), name="x"), file_name="某表.docx", suffix="docx",
                sha256=hashlib.sha256(out.getvalue()).hexdigest(),
            )  # fmt: skip
            self.forms[place] = made.pk
        return self.forms[place]

    def body(self, name: str, place: str) -> dict[str, Any]:
        here = self.departments[place]
        places = {
            "{own}": self.departments["own"].pk,
            "{below}": self.departments["below"].pk,
            "{here}": here.pk,
            "{other}": self.departments["below" if place == "own" else "own"].pk,
            "{parent}": here.parent_id or "",
            "{shared}": self.shared.pk,
            "{row}": self.rows[place],
        }
        return {key: places.get(value, value) for key, value in BODIES.get(name, {}).items()}

    def ask(self, name: str, method: str, place: str, role: str) -> int:
        """The status of one request; what it wrote is taken back."""
        client = self.clients[role]
        client.cookies = SimpleCookie(self.cookies[role])  # a logout takes them away
        address = self.address(name, place, role)  # before what is taken back
        with transaction.atomic():
            if name.startswith("review-"):
                # Everything about reviewing is asked of tables under review.
                TargetTable.objects.filter(pk=self.tables[place].pk).update(status="submitted")
            if method == "GET":
                answer = client.get(address)
            elif name in JSON:
                answer = client.post(address, JSON[name], content_type="application/json")
            else:
                answer = client.post(address, self.body(name, place))
            if answer.streaming:
                answer.getvalue()  # read to its end, a file closes itself
            transaction.set_rollback(True)
        return answer.status_code


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def test_every_address_stands_in_the_matrix() -> None:
    known = {name for name, *_rest in lines()}
    assert set(names(get_resolver().url_patterns)) - {"(admin/login/)"} == known


def test_objects_are_asked_for_in_every_place() -> None:
    places: dict[tuple[str, str], set[str]] = {}
    for name, method, place, statuses in lines():
        places.setdefault((name, method), set()).add(place)
        assert len(statuses) == len(ROLES), (name, method, place)
    for (name, _method), found in places.items():
        route = get_resolver().reverse_dict.getlist(name)[0][0][0]
        expected = ["own", "away"] if name.startswith(PERSONAL) else ["own", "below", "away"]
        assert found == ({*expected} if "pk" in route[1] else {"-"}), name


@pytest.mark.parametrize("name", sorted({name for name, *_rest in lines()}))
def test_address_answers_each_role_as_written(world: World, name: str) -> None:
    for listed, method, where, statuses in lines():
        if listed != name:
            continue
        for place in PLACES[where]:
            found = [world.ask(name, method, place, role) for role in ROLES]
            assert found == statuses, (name, method, place, dict(zip(ROLES, found, strict=True)))


def test_foreign_objects_do_not_exist_for_whoever_may_open_the_page() -> None:
    """Read from the matrix itself: 404 away from home, 403 only where the page is closed to the role as such."""
    rows = {(name, method, place): statuses for name, method, place, statuses in lines()}
    for (name, method, place), statuses in rows.items():
        if place != "away":
            continue
        own = rows[name, method, "own"]
        for role, away, home in zip(ROLES, statuses, own, strict=True):
            if role == "everywhere" and not name.startswith(PERSONAL):
                assert away == home, (name, method)
                continue
            expected = {302, 401} if role == "anonymous" else {403} if home == 403 == away else {404}
            assert away in expected, (name, method, role)


@pytest.mark.parametrize("role", ROLES)
def test_admin_pages_are_for_staff_alone(world: World, role: str) -> None:
    found = 0
    for pattern in next(p for p in get_resolver().url_patterns if getattr(p, "namespace", "") == "admin").url_patterns:
        routes = pattern.url_patterns if isinstance(pattern, URLResolver) else [pattern]
        for route in routes:
            if not route.name or route.pattern.converters or "(?P" in str(route.pattern):
                continue
            address = reverse(f"admin:{route.name}")
            answer = world.clients[role].get(address)
            public = route.name in ("login", "jsi18n", "logout")
            assert answer.status_code in ({200, 302, 405} if public else {302}), (address, role)
            found += 1
    assert found > 5
