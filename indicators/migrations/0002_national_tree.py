"""The national category tree: 财预〔2021〕101号, with 成本 also in its older place under 产出 (财预〔2015〕88号)."""

from django.db import migrations

TREE = (
    ("cost", "成本指标", (("economic", "经济成本指标"), ("social", "社会成本指标"), ("environmental", "生态环境成本指标"))),
    (
        "output",
        "产出指标",
        (("quantity", "数量指标"), ("quality", "质量指标"), ("timeliness", "时效指标"), ("cost", "成本指标")),
    ),
    (
        "outcome",
        "效益指标",
        (
            ("economic", "经济效益指标"),
            ("social", "社会效益指标"),
            ("ecological", "生态效益指标"),
            ("sustainable", "可持续影响指标"),
        ),
    ),
    ("satisfaction", "满意度指标", (("beneficiaries", "服务对象满意度指标"),)),
)


def plant(apps, schema_editor):
    manager = apps.get_model("indicators", "Category").objects.using(schema_editor.connection.alias)
    for index, (code, name, children) in enumerate(TREE, 1):
        parent = manager.create(code=code, name=name, order=index * 100)
        for place, (child, child_name) in enumerate(children, 1):
            manager.create(code=f"{code}.{child}", name=child_name, parent=parent, order=index * 100 + place)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop, elidable=False)]
