import json
from pathlib import Path

import pytest

from evals.errors import GoldenError
from evals.golden import SPLITS, load

LINE = {
    "id": "x-1",
    "question": "秘密の問い",
    "kind": "amount",
    "style": "plain",
    "answerable": True,
    "facts": [["500円"]],
    "evidence": ["手数料は500円"],
    "pages": [3],
    "premise": "none",
}


def write(folder: Path, *lines: object, name: str = "a.dev.jsonl") -> Path:
    (folder / "seed").mkdir(exist_ok=True)
    text = "".join(
        (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n"
        for line in lines
    )
    (folder / "seed" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["seed", "residents"])
class TestCommittedQuestions:
    def test_a_third_is_held_back(self, name):
        sizes = {split: len(load(name, split)) for split in SPLITS}
        assert 0.3 <= sizes["held"] / sum(sizes.values()) <= 0.36

    def test_no_question_is_in_both_splits(self, name):
        texts = [each.question for split in SPLITS for each in load(name, split)]
        assert len(texts) == len(set(texts))

    def test_every_split_has_unanswerable_questions_and_false_premises(self, name):
        for split in SPLITS:
            questions = load(name, split)
            assert any(not each.answerable for each in questions)
            assert any(each.premise == "contradicted" for each in questions)

    def test_evidence_is_placed(self, name):
        answerable = [each for each in load(name, "dev") if each.answerable]
        assert all(each.pages if name == "seed" else each.document for each in answerable)


class TestLoading:
    def test_files_are_read_in_order(self, tmp_path):
        write(tmp_path, LINE | {"id": "b"}, name="b.dev.jsonl")
        write(tmp_path, LINE | {"id": "a"}, "", name="a.dev.jsonl")
        assert [each.id for each in load("seed", "dev", tmp_path)] == ["a", "b"]

    def test_missing_questions_are_an_error(self, tmp_path):
        with pytest.raises(GoldenError, match=r"dev\.jsonl"):
            load("seed", "dev", tmp_path)

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            pytest.param("{", "JSON ではありません", id="no json"),
            pytest.param(LINE | {"extra": 1}, "extra", id="unknown key"),
            pytest.param(LINE | {"kind": "other"}, "kind", id="unknown kind"),
            pytest.param(LINE | {"style": "other"}, "style", id="unknown style"),
            pytest.param(LINE | {"evidence": []}, "数が違います", id="fact without evidence"),
            pytest.param(
                LINE | {"answerable": False}, "食い違って", id="facts of the unanswerable"
            ),
            pytest.param(
                LINE | {"facts": [], "evidence": []}, "食い違って", id="answer without fact"
            ),
            pytest.param(LINE | {"facts": [[]]}, "空の", id="fact without a way to say it"),
            pytest.param(LINE | {"facts": [[" "]]}, "空の", id="blank fact"),
            pytest.param(LINE | {"pages": []}, "document", id="no place"),
            pytest.param(
                {k: v for k, v in LINE.items() if k != "premise"}, "premise", id="no premise"
            ),
        ],
    )
    def test_malformed_line_is_named_but_never_shown(self, tmp_path, line, says):
        write(tmp_path, LINE, line)
        with pytest.raises(GoldenError) as caught:
            load("seed", "dev", tmp_path)
        assert "2行目" in caught.value.message
        assert says in caught.value.message
        assert "秘密の問い" not in caught.value.message

    def test_same_id_twice_is_an_error(self, tmp_path):
        write(tmp_path, LINE, LINE)
        with pytest.raises(GoldenError, match="x-1"):
            load("seed", "dev", tmp_path)
