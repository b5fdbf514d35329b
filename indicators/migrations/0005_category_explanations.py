"""What each category is for: after 财预〔2021〕101号, 成本 under 产出 after 财预〔2015〕88号; in our own words."""

from django.db import migrations

EXPLANATIONS = {
    "cost": "为实现预期产出和效果所付出的代价。工程基建、大型修缮、采购等项目必须设置。",
    "cost.economic": "实施项目直接发生的经济成本，可与预算支出标准、同类项目比较。",
    "cost.social": "实施项目对社会发展、公共福利等可能造成的负面影响。",
    "cost.environmental": "实施项目对自然生态环境可能造成的负面影响。",
    "output": "预算年度内预期提供的公共产品和服务，是项目直接完成的事。每个项目都要设置。",
    "output.quantity": "预期提供的产品和服务的数量，如开展培训的期数、发放补助的人数。",
    "output.quality": "产品和服务达到的标准和水平，如验收合格率、发放准确率。",
    "output.timeliness": "提供产品和服务的及时程度，如按期完成率、发放及时率、完成时间。",
    "output.cost": "提供产品和服务所需的成本；2021年起列在一级“成本指标”下，许多表式仍列在产出指标下。",
    "outcome": "项目产出带来的影响和效果。每个项目都要设置，按项目实际选取相关的方面。",
    "outcome.economic": "产出对经济发展带来的影响和效果，如带动就业收入、节约支出。",
    "outcome.social": "产出对社会发展带来的影响和效果，如公共服务水平、安全事故下降。",
    "outcome.ecological": "产出对自然环境带来的影响和效果；与环境无关的项目填“不适用”。",
    "outcome.sustainable": "项目结束后仍能持续的影响和保障，如长效机制、设施使用年限。",
    "satisfaction": "服务对象或受益人的认可程度。直接面向服务对象的项目应当设置。",
    "satisfaction.beneficiaries": "服务对象、受益人或其他相关群体的满意程度，应写明调查的对象。",
}


def explain(apps, schema_editor):
    manager = apps.get_model("indicators", "Category").objects.using(schema_editor.connection.alias)
    for code, text in EXPLANATIONS.items():
        manager.filter(code=code).update(explanation=text)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_library_index")]
    operations = [migrations.RunPython(explain, migrations.RunPython.noop, elidable=False)]
