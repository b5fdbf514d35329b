"""The small forms on the page of filling in; the official form's cells are no Django form, they save one by one."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

ATTACHED = ".pdf,.doc,.docx,.xls,.xlsx,.png,.jpg,.jpeg"


class SubmitForm(forms.Form):
    """One line of reason, asked for where warnings remain."""

    reason = forms.CharField(
        label=_("保留提醒的理由（审核人可见）"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout("reason")
        return helper


class AttachmentForm(forms.Form):
    """Files are sent one by one as they are chosen."""

    file = forms.FileField(
        label=_("添加附件（PDF、Word、Excel、图片）"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ATTACHED}),
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout("file")
        return helper
