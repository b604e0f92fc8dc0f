#!/usr/bin/env python3
"""Runs each row of benchmarks/overhead under callgrind, on both sides, and compares. tools/bench builds and calls it.

    compare.py BUILD_FOLDER

The profiles stay in BUILD_FOLDER/callgrind; `callgrind_annotate FILE` shows where the instructions of a row are.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

# Each way of using tlspp, and the C program that does the same.
PAIRS = {"callbacks": "c-pipe", "engine": "c-buffers"}


class Row(NamedTuple):
    name: str
    work: str
    tls: str
    size: int
    times: int    # counted together, divided afterwards
    target: float # tlspp : C, at most
    figure: float # what C needs on Mbed TLS 3.6.7 built by GCC 12 for x86-64; 0: not known


ROWS = [
    Row("full handshake, TLS 1.3", "handshake", "1.3", 0, 2, 1.005, 48.3e6),
    Row("full handshake, TLS 1.2", "handshake", "1.2", 0, 2, 1.005, 48.0e6),
    Row("64-byte round trip, TLS 1.3", "roundtrip", "1.3", 64, 50, 1.03, 21429),
    Row("64-byte round trip, TLS 1.2", "roundtrip", "1.2", 64, 50, 1.03, 19089),
    Row("1-byte round trip, TLS 1.3", "roundtrip", "1.3", 1, 50, 1.03, 12805),
    Row("1-byte round trip, TLS 1.2", "roundtrip", "1.2", 1, 50, 1.03, 12551),
    Row("16 KiB one way, TLS 1.3", "bulk", "1.3", 16384, 10, 1.005, 72.9 * 16384),
    Row("16 KiB one way, TLS 1.2", "bulk", "1.2", 16384, 10, 1.005, 72.5 * 16384),
]
MORE_ALLOCATIONS = 2   # per connection, over C
FIGURE_TOLERANCE = 0.02


class Count(NamedTuple):
    instructions: float
    allocations: float


def count(build, side, row):
    profile = build / "callgrind" / f"{side}-{row.work}-{row.tls}-{row.size}"
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=measured", f"--callgrind-out-file={profile}",
         str(build / "benchmarks" / "overhead"), side, row.work, row.tls, str(row.size), str(row.times)],
        capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"{side}, {row.name}: {run.stderr.strip()}")
    total = re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.MULTILINE)
    return Count(int(total.group(1)) / row.times, int(run.stdout) / row.times)


def comparable(build):
    """Whether the figures above are of this compiler and this Mbed TLS."""
    def introspect(what):
        return json.loads(subprocess.run(["meson", "introspect", what, str(build)],
                                         capture_output=True, text=True, check=True).stdout)
    subprojects = introspect("--projectinfo")["subprojects"]
    versions = [sub["version"] for sub in subprojects if sub["name"].startswith("mbedtls")]
    gcc = subprocess.run(["gcc", "-dumpversion"], capture_output=True, text=True).stdout.split(".")[0].strip()
    return versions == ["3.6.7"] and gcc == "12" and os.uname().machine == "x86_64"


class Table:
    def __init__(self):
        self.missed = 0

    def line(self, name, ours, theirs, ratio, target, good):
        self.missed += not good
        print(f"{name:<46} {ours:>12} {theirs:>12}  {ratio:>8}  {target:>8}  {'reached' if good else 'missed'}",
              flush=True)


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    build = pathlib.Path(sys.argv[1]).resolve()
    (build / "callgrind").mkdir(exist_ok=True)
    table = Table()
    print(f"{'row':<46} {'tlspp':>12} {'C':>12}  {'ratio':>8}  {'target':>8}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sides = [*PAIRS, *PAIRS.values()]
        counts = {(side, row): pool.submit(count, build, side, row) for row in ROWS for side in sides}
        for row in ROWS:
            for ours, theirs in PAIRS.items():
                a, b = counts[ours, row].result(), counts[theirs, row].result()
                table.line(f"{row.name}, {ours}", f"{a.instructions:,.0f}", f"{b.instructions:,.0f}",
                           f"{a.instructions / b.instructions:.4f}", f"{row.target:.3f}",
                           a.instructions <= b.instructions * row.target)
        for row in ROWS:
            for ours, theirs in PAIRS.items():
                a, b = counts[ours, row].result(), counts[theirs, row].result()
                # A handshake row makes two connections, a client's and a server's; the others make none.
                more = (a.allocations - b.allocations) / 2
                allowed = MORE_ALLOCATIONS if row.work == "handshake" else 0
                if allowed or more:
                    table.line(f"allocations per connection, {row.tls}, {ours}" if allowed else
                               f"allocations, {row.name}, {ours}", f"{a.allocations:,.1f}", f"{b.allocations:,.1f}",
                               f"{more:+.1f}", f"{allowed:+d}", more <= allowed)
        if comparable(build):
            print("\nThe yardstick itself: plain C against its known figures, within 2 %")
            for row in ROWS:
                c = counts[PAIRS["callbacks"], row].result().instructions
                table.line(f"C, {row.name}", f"{c:,.0f}", f"{row.figure:,.0f}", f"{c / row.figure:.4f}", "+-0.02",
                           abs(c / row.figure - 1) <= FIGURE_TOLERANCE)
    return 1 if table.missed else 0


sys.exit(main())
