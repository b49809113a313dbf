"""The report in a terminal, for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.page import count_text, interval_text
from evals.report import Column, Figure, Report, Section, change, number, signed, used_columns


def show(console: Console, report: Report, baseline: Mapping[str, float], saved: str = "") -> None:
    """Print all sections. `saved`: date of the baseline, empty without one."""
    compared = f"基準 {saved} との差つき" if saved else "比べる基準はまだありません"
    console.rule(f"{report.title}（{compared}）")
    for label, text in report.context:
        console.print(f"{label}: {text}", highlight=False, markup=False)
    for section in report.sections:
        _show_section(console, section, baseline)
    for text in report.skipped:
        console.print(f"[yellow]{escape(text)}[/]", highlight=False)
    missed = [figure for figure in report.figures() if figure.is_met is False]
    promised = sum(figure.is_met is not None for figure in report.figures())
    style = "bold red" if missed else "bold green"
    console.print(
        f"[{style}]目標 {promised} 件のうち {promised - len(missed)} 件を達成[/]", highlight=False
    )


def _show_section(console: Console, section: Section, baseline: Mapping[str, float]) -> None:
    console.print(f"\n[bold]{escape(section.title)}[/]", highlight=False)
    console.print(section.note, style="dim", highlight=False, markup=False)
    if section.rows:
        grid = Table()
        for index, column in enumerate(section.columns):
            grid.add_column(column, justify="right" if index else "left")
        for row in section.rows:
            grid.add_row(row.label, *(_cell(cell, baseline) for cell in row.cells))
        console.print(grid)
    if section.figures:
        listed = Table()
        columns = used_columns(_COLUMNS, section.figures, baseline)
        listed.add_column("測ったもの")
        for name in ("値", *(name for name, _ in columns)):
            listed.add_column(name, justify="right")
        for figure in section.figures:
            cells = [cell(figure, baseline) for _, cell in columns]
            listed.add_row(figure.label, _value(figure), *cells)
        console.print(listed)


def _cell(cell: Figure | str, baseline: Mapping[str, float]) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return " ".join(part for part in (_value(cell), _difference(cell, baseline)) if part)


def _value(figure: Figure) -> str:
    text = number(figure.value, figure.unit)
    if figure.is_met is None:
        return text
    return f"[green]{text} ✓[/]" if figure.is_met else f"[red]{text} ✗[/]"


def _difference(figure: Figure, baseline: Mapping[str, float]) -> str:
    changed = change(figure, baseline)
    if changed is None or changed.is_better is None:
        return ""
    text = signed(changed.difference, figure.unit)
    return f"[green]▲{text}[/]" if changed.is_better else f"[red]▼{text}[/]"


_COLUMNS: Sequence[Column] = (
    ("95%区間", lambda figure, _: interval_text(figure)),
    ("件数", lambda figure, _: count_text(figure)),
    ("目標", lambda figure, _: figure.target_text),
    ("基準との差", _difference),
)
