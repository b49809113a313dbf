"""The report as one HTML file: Japanese, no script, nothing fetched, fit to print."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from evals.plots import draw
from evals.report import (
    Column,
    Figure,
    Miss,
    Report,
    Row,
    Section,
    change,
    number,
    signed,
    used_columns,
)

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(report: Report, baseline: Mapping[str, float], saved: str = "") -> str:
    """The whole page. `saved`: date of the baseline, empty without one."""
    created = f"{report.created:%Y年%-m月%-d日 %H:%M}"
    compared = f"基準（{saved} 保存）との差つき" if saved else "比べる基準はまだありません"
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        f"<p class=quiet>{created}・{compared}</p>",
        _context(report),
        _verdict(report, baseline),
        *(f"<p class=skipped>{escape(text)}</p>" for text in report.skipped),
        *(_section(section, baseline) for section in report.sections),
        _misses(report.misses),
    ]
    return (
        "<!doctype html>\n<html lang=ja><head><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style>"
        f"</head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def write(report: Report, baseline: Mapping[str, float], saved: str, path: Path) -> None:
    path.write_text(render(report, baseline, saved), encoding="utf-8")


def _context(report: Report) -> str:
    rows = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>"
        for label, text in report.context
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _verdict(report: Report, baseline: Mapping[str, float]) -> str:
    figures = list(report.figures())
    promised = [figure for figure in figures if figure.is_met is not None]
    missed = [figure for figure in promised if not figure.is_met]
    changes = [each for figure in figures if (each := change(figure, baseline))]
    worse = sum(each.is_better is False for each in changes)
    better = sum(each.is_better is True for each in changes)
    tone = "missed" if missed else "met"
    text = f"目標 {len(promised)} 件のうち {len(promised) - len(missed)} 件を達成"
    if changes:
        text += f"。基準より良くなった値 {better} 件、悪くなった値 {worse} 件"
    items = "".join(
        f"<li>{escape(figure.label)}（{figure.key}）: {_value(figure)}、"
        f"目標 {escape(figure.target_text)}</li>"
        for figure in missed
    )
    return f"<section class='verdict {tone}'><p>{text}。</p><ul>{items}</ul></section>"


def _section(section: Section, baseline: Mapping[str, float]) -> str:
    plots = "".join(
        f"<figure><figcaption>{escape(plot.title)}</figcaption>{drawn}</figure>"
        for plot in section.plots
        if (drawn := draw(plot, baseline))
    )
    return (
        f"<section><h2>{escape(section.title)}</h2><p class=quiet>{escape(section.note)}</p>"
        f"{_grid(section.columns, section.rows, baseline)}{_list(section.figures, baseline)}"
        f"{plots}</section>"
    )


def _grid(columns: Sequence[str], rows: Sequence[Row], baseline: Mapping[str, float]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th scope=col>{escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr><th scope=row>{escape(row.label)}</th>"
        + "".join(_cell(cell, baseline) for cell in row.cells)
        + "</tr>"
        for row in rows
    )
    return (
        f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Figure | str, baseline: Mapping[str, float]) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    below = [f"目標 {escape(cell.target_text)}"] if cell.target is not None else []
    below += [difference] if (difference := _difference(cell, baseline)) else []
    small = "".join(f"<small>{text}</small>" for text in below)
    return f"<td{_class(cell)}>{_value(cell)}{small}</td>"


def _list(figures: Sequence[Figure], baseline: Mapping[str, float]) -> str:
    if not figures:
        return ""
    columns = used_columns(_COLUMNS, figures, baseline)
    head = "".join(
        f"<th scope=col>{name}</th>" for name in ("測ったもの", "値", *(c[0] for c in columns))
    )
    rows = "".join(
        f"<tr><th scope=row>{escape(figure.label)}</th><td{_class(figure)}>{_value(figure)}</td>"
        + "".join(f"<td>{cell(figure, baseline)}</td>" for _, cell in columns)
        + "</tr>"
        for figure in figures
    )
    return (
        f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _class(figure: Figure) -> str:
    return "" if figure.is_met is None else f" class={'met' if figure.is_met else 'missed'}"


def _value(figure: Figure) -> str:
    return escape(number(figure.value, figure.unit))


def _verdict_text(figure: Figure) -> str:
    if figure.is_met is None:
        return ""
    return f"{figure.target_text} {'達成' if figure.is_met else '未達'}"


def interval_text(figure: Figure) -> str:
    """「0.71〜0.84」, or nothing."""
    if figure.interval is None:
        return ""
    low, high = figure.interval.low, figure.interval.high
    return f"{number(low, figure.unit)}〜{number(high, figure.unit)}"


def count_text(figure: Figure) -> str:
    return "" if figure.count is None else str(figure.count)


def _difference(figure: Figure, baseline: Mapping[str, float]) -> str:
    changed = change(figure, baseline)
    if changed is None:
        return ""
    text = escape(signed(changed.difference, figure.unit))
    if changed.is_better is None:
        return f"<span class=quiet>{text}</span>"
    mark, class_ = ("▲", "better") if changed.is_better else ("▼", "worse")
    return f"<span class={class_}>{mark} {text}</span>"


_COLUMNS: Sequence[Column] = (
    ("95%区間", lambda figure, _: escape(interval_text(figure))),
    ("件数", lambda figure, _: count_text(figure)),
    ("目標", lambda figure, _: escape(_verdict_text(figure))),
    ("基準との差", _difference),
)


def _misses(misses: Sequence[Miss]) -> str:
    if not misses:
        return ""
    items = "".join(
        f"<details><summary><b>{escape(miss.id)}</b> {escape(miss.question)}"
        f"<small>{escape(miss.problem)}</small></summary>"
        f"<p>必要なもの: {escape(miss.expected) or '（なし）'}</p>"
        f"<pre>{escape(miss.shown)}</pre></details>"
        for miss in misses
    )
    return (
        f"<section><h2>うまくいかなかった質問（dev だけ、{len(misses)} 件）</h2>"
        f"<p class=quiet>held の質問は、調整に使わないため、数だけを示します。</p>{items}</section>"
    )
