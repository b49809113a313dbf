import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import FusionWeights, fuse, scale

_SCORES = st.dictionaries(st.integers(0, 50), st.floats(-1, 30, allow_nan=False), max_size=30)


@given(_SCORES, st.integers(1, 40))
def test_scaling_keeps_the_order_and_stays_between_0_and_1(scores, candidates):
    scaled = scale(scores, candidates)
    assert len(scaled) == min(len(scores), candidates)
    assert all(0 <= value <= 1 for value in scaled.values())
    for one in scaled:
        for other in scaled:
            if scores[one] > scores[other]:
                assert scaled[one] >= scaled[other]


@given(_SCORES, _SCORES)
def test_a_fused_score_is_bounded_and_covers_the_candidates_of_both_arms(dense, lexical):
    fused = fuse(dense, lexical, FusionWeights(candidates=100))
    assert set(fused) == set(dense) | set(lexical)
    assert all(0 <= value <= 1 for value in fused.values())


@given(_SCORES)
def test_one_arm_alone_decides_when_it_has_all_the_weight(dense):
    fused = fuse(
        dense, {key: 30.0 - value for key, value in dense.items()}, FusionWeights(dense=1.0)
    )
    assert fused == pytest.approx(scale(dense, 100))


def test_no_candidates_give_no_scores():
    assert fuse({}, {}, FusionWeights()) == {}
