"""README prints the transition table as the code has it."""

from pathlib import Path

from django.conf import settings

from projects.life.document import markdown


def test_readme_matches_the_transition_table() -> None:
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    printed = readme.partition("<!-- 流转表：由代码生成 -->\n")[2].partition("\n<!-- 流转表结束 -->")[0]
    assert printed == markdown()
