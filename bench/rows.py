"""The rows of the table: their figures, one a round, and what they are held to."""

import dataclasses
import math
import statistics
from typing import Dict, List, Optional, Tuple

OURS, LIMIT, MOSQUITTO = "gatehouse", "limit", "mosquitto"


class Results:
    """Figures by (row, whose), one a round."""

    def __init__(self):
        self.figures: Dict[Tuple[str, str], List[float]] = {}
        self.faults: Dict[Tuple[str, str], int] = {}  # messages lost or twice

    def add(self, row, whose, value):
        self.figures.setdefault((row, whose), []).append(value)

    def add_faults(self, row, whose, result):
        key = (row, whose)
        self.faults[key] = self.faults.get(key, 0) + result["lost"] + result["duplicates"]

    def of(self, row, whose):
        return self.figures.get((row, whose), [])

    def median(self, row, whose):
        values = self.of(row, whose)
        return statistics.median(values) if values else None

    def ratios(self, row, whose, other):
        """Round by round, which is what rounds are interleaved for."""
        pairs = zip(self.of(row, whose), self.of(row, other))
        return [left / right for left, right in pairs if right]


def interval(values, confidence=0.95) -> Optional[Tuple[float, float]]:
    """Where the median is with this confidence, by order statistics: the k-th value from each end,
    for the largest k that the binomial distribution allows. None: too few values."""
    count, below, found = len(values), 0.0, None
    for k in range(1, count // 2 + 1):
        below += math.comb(count, k - 1) / 2 ** count
        if 1 - 2 * below < confidence:
            break
        found = k
    if found is None:
        return None
    ordered = sorted(values)
    return ordered[found - 1], ordered[-found]


@dataclasses.dataclass(frozen=True)
class Bar:
    """What our figure, or its ratio to somebody's, may be at most (or has to be at least)."""
    bound: float
    to: str = ""  # whose; empty: the figure itself
    at_least: bool = False

    def judge(self, results, row) -> Optional[Tuple[str, bool]]:
        values = results.ratios(row.key, OURS, self.to) if self.to else results.of(row.key, OURS)
        if not values:
            return None
        value = statistics.median(values)
        text = f"{value:.3g}× {row.limit if self.to == LIMIT else self.to}" if self.to else number(value)
        around = interval(values) if row.with_interval else None
        if around:
            text += f" [{around[0]:.3g}, {around[1]:.3g}]"
        sign = "≥" if self.at_least else "≤"
        met = value >= self.bound if self.at_least else value <= self.bound
        return f"{text} ({sign} {self.bound:,g})", met


@dataclasses.dataclass(frozen=True)
class Row:
    key: str      # of its figures
    title: str
    unit: str
    limit: str = ""  # what stands in the column of the limit
    bars: Tuple[Bar, ...] = ()
    with_interval: bool = False
    # For comparison, without a bar: words, whose figure, and to whose.
    also: Tuple[Tuple[str, str, str], ...] = ()

    def cells(self, results):
        limit = results.median(self.key, LIMIT)
        judged = [verdict for bar in self.bars if (verdict := bar.judge(results, self))]
        notes = [text for text, _ in judged]
        for words, whose, other in self.also:
            ratios = results.ratios(self.key, whose, other)
            notes += [f"{words}: {statistics.median(ratios):.3g}×"] if ratios else []
        met = "–" if not judged else "yes" if all(met for _, met in judged) else "**no**"
        return [self.title, self.unit, number(results.median(self.key, OURS)),
                f"{number(limit)} ({self.limit})" if limit is not None else "–",
                number(results.median(self.key, MOSQUITTO)), "; ".join(notes) or "–", met]


def number(value):
    if value is None:
        return "–"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def print_table(rows, results):
    print("\n| row | unit | gatehouse | limit | mosquitto | against the bars | met |")
    print("|---|---|---:|---:|---:|---|---|")
    for row in rows:
        if any(key == row.key for key, _ in results.figures):
            print("| " + " | ".join(row.cells(results)) + " |")
    faults = {key: count for key, count in results.faults.items() if count}
    said = ", ".join(f"{whose} {count} ({row})" for (row, whose), count in faults.items())
    if results.faults:
        print(f"\nMessages lost or twice in all rounds: {said or 'none'}.")
