from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.similar import Pair, likeness, pieces, similar_pairs

NAMES = st.lists(st.text("优抚对象补助发放的人数准确率", max_size=8), max_size=14)


def test_likeness_counts_shared_pairs_of_characters() -> None:
    assert pieces("发放率") == {"发放", "放率"}
    assert pieces("率") == {"率"}
    assert pieces("（，）") == frozenset()
    assert likeness("补助发放人数", "补助发放人数") == 1
    assert likeness("补助发放人数", "补助 发放（人数）") == 1
    assert likeness("发放准确率", "发放的准确率") == 1
    assert likeness("补助发放率", "补助落实率") == pytest.approx(2 * 1 / 8)
    assert likeness("培训", "采购") == likeness("", "") == 0


@given(NAMES, st.sampled_from([0.3, 0.5, 0.75, 0.9, 1.0]))
def test_pairs_are_those_of_comparing_everything(names: list[str], least: float) -> None:
    listed = list(enumerate(names))
    everything = [
        Pair(one, other, likeness(left, right))
        for (one, left), (other, right) in combinations(listed, 2)
        if likeness(left, right) >= least
    ]
    found = similar_pairs(listed, least=least)
    assert sorted(found, key=lambda pair: (pair.one, pair.other)) == everything


def test_one_name_is_compared_with_all_others() -> None:
    listed = [(1, "优抚对象满意度"), (2, "军人满意度"), (3, "优抚对象的满意度")]
    assert [pair.other for pair in similar_pairs(listed, least=0.6, against=(9, "优抚对象满意度"))] == [1, 3]
