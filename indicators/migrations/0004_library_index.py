"""The full-text index of the library's search."""

from django.db import migrations

from perfgoals.gramindex import GramIndex

INDEX = GramIndex("indicators_librarytext", "indicator_id", "indicators_libraryindex")


class Migration(migrations.Migration):
    dependencies = [("indicators", "0003_library")]
    operations = [migrations.RunPython(INDEX.create, INDEX.drop, elidable=False)]
