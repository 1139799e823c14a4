# SPDX-License-Identifier: MIT
"""What a measure came to, and how it is shown."""

import dataclasses
import statistics


@dataclasses.dataclass
class Row:
    name: str
    what: str
    ours: float
    baseline: float | None
    unit: str
    ratio: float | None
    goal: str
    met: bool


def at_most(name, what, ours, baseline, goal, unit="µs"):
    """A time, or another quantity that is better when smaller, against a baseline."""
    ratio = ours / baseline
    return Row(name, what, ours, baseline, unit, ratio, f"≤ {goal:g} ×", ratio <= goal)


def at_least(name, what, ours, baseline, goal, unit="/s"):
    """A rate against a baseline."""
    ratio = ours / baseline
    return Row(name, what, ours, baseline, unit, ratio, f"≥ {goal:g} ×", ratio >= goal)


def bounded(name, what, ours, most, unit):
    """A quantity with a bound of its own."""
    return Row(name, what, ours, None, unit, None, f"≤ {most:g} {unit}".strip(), ours <= most)


def median(values):
    return statistics.median(values)


def percentile_99(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def _number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def format_rows(rows):
    head = ["", "measure", "ours", "baseline", "unit", "ratio", "goal", "met"]
    lines = [head] + [
        [row.name, row.what, _number(row.ours), _number(row.baseline), row.unit,
         "" if row.ratio is None else f"{row.ratio:.2f}", row.goal, "yes" if row.met else "NO"]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    numbers = (2, 3, 5)
    return "\n".join(
        "  ".join(cell.rjust(width) if column in numbers else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines)
