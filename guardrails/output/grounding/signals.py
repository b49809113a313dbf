"""What speaks for and against a generated sentence, measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.agreement import objections
from guardrails.output.grounding.alignment import (
    Match, foreign_weight, match_figure, match_words, topic_margin, weigh,
)
from guardrails.output.grounding.clauses import Clause
from guardrails.output.grounding.facts import bears, read_facts
from guardrails.output.grounding.sources import Source, Sources, compact
from guardrails.output.grounding.wording import load_wording, nouns
from guardrails.output.grounding.statements import Statement
from rag.values import read_values


def statement_of(clause: Clause, sentence: str, sources: Sources) -> Statement:
    return Statement(clause.text, clause.topic, clause.earlier, sentence,
        sources.lexicon.content(f"{clause.topic}\n{clause.text}"), read_facts(clause.text))


def clause_signals(st: Statement, sources: Sources):
    out = dict(figure_missing=0., margin=1., rival=0., own=1., foreign=0., topic=0., unseen=0., name=0., label=0.,
               polarity=0., alternative=0., pairs=0., modality=0., condition=0., wmargin=1., notnear=0.)
    places=[]
    out["yearoff"]=0.; out["ownlow"]=0.; out["unbound"]=0.; out["foreignshare"]=0.
    for said in st.facts:
        if said.value.family == "year" and any(f.value.family != "year" for f in st.facts):
            if not any(bears(f, said, st.text) for u in sources.units for f in (*u.facts,*u.title_facts)):
                out["figure_missing"] = 1.
            continue
        m = match_figure(said, st, sources)
        if m is None:
            out["figure_missing"] = 1.; continue
        places.append(m.passage)
        b=[f.value.bound for f in m.passage.facts if f.value.is_same(said.value)]
        if said.value.bound=="" and b and all(x in ("most","least") for x in b): out["unbound"]=1.
        out["margin"] = min(out["margin"], m.own - m.rival)
        out["own"] = min(out["own"], m.own)
    mw = match_words(st, sources)
    if not places and mw:
        places=[mw.passage]; out["own"] = mw.own
    if not places and mw: places=[mw.passage]
    if not places: return out, []
    years=[f for f in (*st.facts,*read_facts(st.topic)) if f.value.family=="year"]
    for f in years:
        near=[h for p in places for z in p.zones[:2] for h in z.facts if h.value.family=="year"]
        every=[h for p in places for z in p.zones for h in z.facts if h.value.family=="year"]
        if (near and not any(h.value.is_same(f.value) for h in near)) or not any(h.value.is_same(f.value) for h in every): out["yearoff"]=1.
    out["wmargin"] = 0.
    if st.facts and mw:
        from guardrails.output.grounding.alignment import weighted, _score
        tk=weighted(st,sources); tot=sum(w for _,w in tk) or 1.
        out["wmargin"] = max(_score(tk,p.zones,sources) for p in places)/tot - mw.own
    out["foreign"] = foreign_weight(st, places, sources)
    from guardrails.output.grounding.alignment import weighted
    out["foreignshare"] = out["foreign"]/(sum(w for _,w in weighted(st,sources)) or 1.)
    out["topic"] = topic_margin(st, places, sources)
    ns = nouns(st.words)
    un = sources.unseen(st.words)
    out["unseen"] = len(un)/max(1,len(ns))
    units = list(dict.fromkeys(p.unit for p in places))
    us = [sources.units[u] for u in units]
    out["name"] = float(names_missing(st, us, sources))
    w = load_wording()
    said=w.labels_of(st.text); held=frozenset().union(*(w.labels_of(u.text) for u in us)); ab=frozenset().union(*(w.labels_of(u.above) for u in us))
    out["label"] = float(bool(said and held and not (said<={"limit"} and "floor" not in held) and not said&(held|ab)))
    for k in ("polarity","alternative","pairs","modality","condition"):
        out[k] = min(float(k in objections(st,u,sources)) for u in us)
    return out, units

_ACTOR = re.compile(r"(?<![一-龥ァ-ヶ])[国県都府市町村区](?=から|が(?!わ)|は|へ|に(?!な))")
_COUNT = re.compile(r"^\d+")
_NO_NAME = re.compile(
    r"[\d.,-]*|(?:都道府県)?(?:市区?町村)?|令和|平成|昭和|第?[\d一二三四五六七八九十]+.?|[rhs]\d+"
)

def names_missing(statement, units, sources):
    values = (v for v in read_values(statement.text) if v.family.startswith("name:"))
    names = {_COUNT.sub("", str(value.canonical)) for value in values}
    names |= sources.lexicon.tokenizer.names(statement.text)
    actors = {m.group() for m in _ACTOR.finditer(statement.text)}
    if any(not any(a in u.whole for u in units) for a in actors):
        return 1
    asked = compact(sources.question)
    return sum(not (compact(n) in asked or any(compact(n) in u.compact or u.says(n) for u in units)) for n in names if not _NO_NAME.fullmatch(n))
