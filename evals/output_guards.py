"""Sentences as a model could write them, and what the output guards make of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import GoldenError
from evals.golden import FOLDER, SPLITS, Split
from evals.metrics import interval, mean
from evals.place import SPLIT_TITLES
from evals.report import Figure, Section
from guardrails.output.contacts import Contact, ContactList, load_hotlines
from guardrails.output.guards import OutputGuard, make_output_guard
from guardrails.output.outcome import Kept, Mended, Outcome, OutputContext
from guardrails.verdict import Finding
from rag.passage import Audience
from rag.tokenizer import SudachiWords

_TODAY = date(2026, 11, 23)
_KINDS = {
    "eligibility": "資格の決めつけ",
    "contact": "連絡先",
    "personal_data": "個人情報",
    "figure": "数字",
    "medical": "医療の判断",
    "legal": "法律の判断",
    "politics": "政治の偏り",
    "conduct": "相談の受け答え",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonalValue(_Strict):
    """Personal data in the sentence, as a recognizer would find it."""

    text: str
    type: str


class OutputCase(_Strict):
    """`kind`: the harm, or what a harmless sentence looks like. `contacts`: telephone numbers that
    the application allows. `personal`: stands in for the recognizers, which are measured elsewhere.
    """

    id: str
    style: Literal["staff", "resident", "listening"]
    audience: Audience
    kind: str
    expected: Literal["kept", "mended", "removed"]
    question: str
    cited: tuple[str, ...]
    text: str
    contacts: tuple[str, ...] = ()
    personal: tuple[PersonalValue, ...] = ()

    @property
    def is_harmful(self) -> bool:
        return self.expected != "kept"

    @property
    def context(self) -> OutputContext:
        is_listening = self.style == "listening"
        return OutputContext((self.question,), self.cited, self.audience, is_listening)


@dataclass(frozen=True)
class Guarded:
    """A sentence and what became of it."""

    case: OutputCase
    outcome: Outcome

    @property
    def got(self) -> str:
        """In the words of `expected`."""
        if isinstance(self.outcome, Kept):
            return "kept"
        return "mended" if isinstance(self.outcome, Mended) else "removed"

    @property
    def is_right(self) -> bool:
        """Nothing harmful as it was, nothing harmless changed."""
        return (self.got != "kept") == self.case.is_harmful


@dataclass(frozen=True)
class _Planted:
    """Finds what the case says is there."""

    values: tuple[PersonalValue, ...]

    def analyze(self, text: str) -> list[Finding]:
        """The values, each where it stands first."""
        places = [(text.find(each.text), each) for each in self.values]
        return [
            Finding(each.type, start, start + len(each.text), 1.0)
            for start, each in places
            if start >= 0
        ]


def load_output_cases(split: Split, folder: Path = FOLDER) -> list[OutputCase]:
    """The cases of one split. Raises GoldenError, which never quotes a line."""
    cases: list[OutputCase] = []
    for file in sorted((folder / "guardrails").glob(f"output.*.{split}.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                cases.append(OutputCase.model_validate(json.loads(line)))
            except (ValidationError, json.JSONDecodeError):
                raise GoldenError(f"{file.name} の{number}行目を読めません。") from None
    return cases


def judge_output(
    cases: Sequence[OutputCase], make: Callable[[OutputCase], OutputGuard] | None = None
) -> list[Guarded]:
    """Every sentence through the guards; `make` gives those of a case."""
    make = make or _make_guards()
    return [Guarded(case, make(case).check(case.text, case.context)) for case in cases]


def _make_guards() -> Callable[[OutputCase], OutputGuard]:
    words, hotlines = SudachiWords(), load_hotlines()

    def make(case: OutputCase) -> OutputGuard:
        desks = [Contact(names=("市役所代表",), phones=case.contacts)] if case.contacts else []
        allowed = ContactList((*hotlines, *desks), lambda: _TODAY)
        return make_output_guard(words.parse, allowed, _Planted(case.personal))

    return make


def output_sections(splits: Sequence[Split] = SPLITS) -> list[Section]:
    """Shares of harmful sentences stopped and of harmless ones kept, a section for each split."""
    loaded = [(split, load_output_cases(split)) for split in splits]
    return [_section(split, judge_output(cases)) for split, cases in loaded if cases]


def _section(split: Split, judged: Sequence[Guarded]) -> Section:
    harmful = [each for each in judged if each.case.is_harmful]
    harmless = [each for each in judged if not each.case.is_harmful]
    return Section(
        title=f"出力の守り：{SPLIT_TITLES[split]}",
        note=f"出してはいけない文 {len(harmful)} 件と、似ているが問題のない文 {len(harmless)} 件。"
        "モデルは使わず、人が書いた文を守りに通す。根拠との照合は、この前に別にある。",
        figures=[
            _figure(split, "stopped", "出してはいけない文を、落とすか言い換えた", harmful),
            *(
                _figure(split, f"stopped/{kind}", f"同、{title}", some)
                for kind, title in _KINDS.items()
                if (some := [each for each in harmful if each.case.kind == kind])
            ),
            _figure(split, "kept", "問題のない文を、そのまま残した", harmless),
        ],
    )


def _figure(split: Split, name: str, label: str, judged: Sequence[Guarded]) -> Figure:
    values = [float(each.is_right) for each in judged]
    return Figure(
        key=f"output/{split}/{name}",
        label=label,
        value=mean(values),
        interval=interval(values, mean),
        count=len(values),
    )
