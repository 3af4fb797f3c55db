"""What `python -m bot doctor` found, and how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.markup import escape
from rich.table import Table


class Verdict(StrEnum):
    GOOD = "good"
    REMARK = "remark"  # works, but somebody may wonder
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what_to_do` is empty only where there is nothing to do."""

    part: str
    verdict: Verdict
    what: str
    what_to_do: str = ""


def good(part: str, what: str) -> Finding:
    return Finding(part, Verdict.GOOD, what)


def remark(part: str, what: str, what_to_do: str) -> Finding:
    return Finding(part, Verdict.REMARK, what, what_to_do)


def bad(part: str, what: str, what_to_do: str) -> Finding:
    return Finding(part, Verdict.BAD, what, what_to_do)


_MARKS = {
    Verdict.GOOD: "[green]✓[/]",
    Verdict.REMARK: "[yellow]![/]",
    Verdict.BAD: "[red]✗[/]",
}


def report(findings: Sequence[Finding], console: Console) -> int:
    """Prints the findings; returns the exit code (1 where something is bad)."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(_MARKS[finding.verdict], finding.part, escape(finding.what))
        if finding.what_to_do:
            table.add_row("", "", f"→ {escape(finding.what_to_do)}", style="dim")
    console.print(table)
    to_mend = sum(finding.verdict is Verdict.BAD for finding in findings)
    console.print(f"\n{to_mend} to mend." if to_mend else "\nAll is well.")
    return 1 if to_mend else 0
