"""The full-text index over the indicators of approved tables."""

from django.db import migrations

from perfgoals.gramindex import GramIndex

INDEX = GramIndex("projects_approvedtext", "indicator_id", "projects_approvedindex")


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_library")]
    operations = [migrations.RunPython(INDEX.create, INDEX.drop, elidable=False)]
