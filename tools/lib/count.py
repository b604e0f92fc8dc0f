#!/usr/bin/env python3
"""Counts the results in the JSON logs of `meson test`: Catch2 cases, TAP lines, else one per test.

    count.py LOG...            prints: PASSED FAILED SKIPPED
"""

import json
import pathlib
import re
import sys


def of_tap(text):
    passed = failed = skipped = 0
    for line in text.splitlines():
        if re.match(r"ok\b.*# SKIP", line):
            skipped += 1
        elif re.match(r"ok\b", line):
            passed += 1
        elif re.match(r"not ok\b", line):
            failed += 1
    planned = int(re.search(r"^1\.\.(\d+)", text, re.MULTILINE).group(1))
    return passed, failed + max(0, planned - passed - failed - skipped), skipped


def of_catch2(text):
    """The last summary of the console reporter; None where there is none."""
    if whole := re.findall(r"^All tests passed \(.* in (\d+) test cases?\)", text, re.MULTILINE):
        return int(whole[-1]), 0, 0
    if lines := re.findall(r"^test cases: +\d+ \|.*$", text, re.MULTILINE):
        def number(what):
            found = re.search(rf"(\d+) {what}(?: \||$)", lines[-1].strip())
            return int(found.group(1)) if found else 0
        return number("passed") + number("failed as expected"), number("failed"), number("skipped")
    return None


def of_test(test):
    text = test.get("stdout", "")
    good = test["result"] in ("OK", "SKIP", "EXPECTEDFAIL")
    if re.search(r"^1\.\.\d+", text, re.MULTILINE):
        passed, failed, skipped = of_tap(text)
    elif counted := of_catch2(text):
        passed, failed, skipped = counted
    elif test["result"] == "SKIP":
        return 0, 0, 1
    else:
        return (1, 0, 0) if good else (0, 1, 0)
    # A leak found at the end, a crash between two cases.
    return passed, failed if good else max(failed, 1), skipped


def main():
    sums = [0, 0, 0]
    for log in sys.argv[1:]:
        for line in pathlib.Path(log).read_text().splitlines():
            sums = [total + part for total, part in zip(sums, of_test(json.loads(line)))]
    print(*sums)


main()
