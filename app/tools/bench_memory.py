"""The memory of a process and all that it started, as Linux shares it out (PSS)."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")


def family_of(process: int) -> list[int]:
    """The process and its descendants."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("ascii", errors="replace")
            except OSError:
                continue  # it ended meanwhile
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [process]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def pss_mb(process: int) -> float | None:
    """Proportional set size of the family in MB (10^6 bytes); None where the system does not tell it."""
    if not PROC.is_dir():
        return None
    total = 0
    for member in family_of(process):
        try:
            text = (PROC / str(member) / "smaps_rollup").read_text("ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total * 1024 / 1e6 or None
