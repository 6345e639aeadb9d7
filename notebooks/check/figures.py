"""Key figures of a notebook: numbers that an execution must give again, within a tolerance that stands beside each."""

import math
import re

LINE = re.compile(r"^\s*(?P<name>[a-z][\w.]*) = (?P<value>\S+) ± (?P<tolerance>\S+)\s*$")


def of_text(text):
    """The figures in lines such as "nll_base = 0.512 ± 0.05", by name: (value, tolerance)."""
    figures = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        match = LINE.match(line)
        if match is None:
            raise ValueError(f"not a figure of the form NAME = VALUE ± TOLERANCE: {line!r}")
        if match["name"] in figures:
            raise ValueError(f"the figure {match['name']} is there twice")
        figures[match["name"]] = (float(match["value"]), float(match["tolerance"]))
    return figures


def of_table(table):
    """The figures in a table of Zeppelin with the columns name, value, tolerance."""
    rows = [row.split("\t") for row in table.strip().splitlines()]
    if not rows or rows[0] != ["name", "value", "tolerance"]:
        raise ValueError("the table of key figures needs the columns name, value and tolerance")
    return of_text("\n".join(f"{name} = {value} ± {tolerance}" for name, value, tolerance in rows[1:]))


def differences(stored, found):
    """What is wrong with the figures found, as sentences; the tolerances are those of the stored ones."""
    problems = []
    for name, (value, tolerance) in stored.items():
        if name not in found:
            problems.append(f"{name} is missing; {value:g} is stored")
        # Written so that a NaN is a difference.
        elif not abs(found[name][0] - value) <= tolerance:
            problems.append(f"{name} is {found[name][0]:g}; {value:g} ± {tolerance:g} is stored")
    problems += [f"{name} is not stored" for name in found if name not in stored]
    if not stored:
        problems.append("no key figures are stored")
    problems += [f"{name} has no finite value" for name, (value, _) in stored.items() if not math.isfinite(value)]
    return problems
