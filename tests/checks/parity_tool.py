#!/usr/bin/env python3
"""tools/parity finds what it says it finds: unknown tags, missing outcomes, reasons that are missing or left behind.

    parity_tool.py ROOT
"""

import pathlib
import subprocess
import sys
import tempfile

import checks

TABLE = ("class\ttest\tscenario\tportable\tarea\n"
         "A\ttest_one\tIt works\tyes\tother\n"
         "A\ttest_two\tIt works [but not quite]\tyes\tother\n"
         "A\ttest_three\tIt cannot\tno-python-specific\tother\n")
GOOD = ('TEST_CASE("one", "[py:A.test_one][same]") {}\n'
        '// different: it is another thing\n'
        'TEST_CASE("two", "[py:A.test_two][different]") {}\n')


def main():
    tool = pathlib.Path(sys.argv[1]).resolve() / "tools" / "parity"

    def run(source, left_out=""):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests" / "scenarios" / "python").mkdir(parents=True)
            (root / "tests" / "a.cpp").write_text(source, encoding="utf-8")
            (root / "tests" / "scenarios" / "python" / "left_out.txt").write_text(left_out, encoding="utf-8")
            (root / "table.tsv").write_text(TABLE, encoding="utf-8")
            done = subprocess.run([sys.executable, tool, root / "table.tsv", "--root", root],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def expect(status, said, source, left_out=""):
        def check():
            got, text = run(source, left_out)
            return None if got == status and said in text else f"status {got}, expected {status} and {said!r}:\n{text}"
        return check

    only_one = GOOD.partition("//")[0]
    return checks.tap({
        "all is well": expect(0, "covered 2 of 2: 1 same, 1 different, 0 left out", GOOD),
        "an unknown tag": expect(1, "unknown tag [py:A.test_four]",
                                 GOOD + 'TEST_CASE("x", "[py:A.test_four][same]") {}\n'),
        "no outcome": expect(1, "needs one of the tags", GOOD.replace("[same]", "")),
        "two outcomes": expect(1, "needs one of the tags", GOOD.replace("[same]", "[same][different]")),
        "different without a reason": expect(1, "without a comment", GOOD.replace("// different:", "//")),
        "different where the table has no remark": expect(1, "no remark that would allow it",
                                                          GOOD.replace("[same]", "[different]").replace(
                                                              "TEST_CASE(\"one", "// different: why\nTEST_CASE(\"one")),
        "a tag that is in no test": expect(1, "stands outside", GOOD + "// [py:A.test_one]\n"),
        "a scenario that nobody shows": expect(1, "neither a test nor a reason", only_one),
        "a scenario left out": expect(0, "covered 1 of 2: 1 same, 0 different, 1 left out", only_one,
                                      "A.test_two it cannot be done\n"),
        "a reason left behind": expect(1, "has a test", GOOD, "A.test_one no more\n"),
        "a reason for what the table does not know": expect(1, "unknown scenario", GOOD, "A.test_five why not\n"),
        "more than was asked for": expect(0, "1 beyond", GOOD + 'TEST_CASE("x", "[py:A.test_three][same]") {}\n'),
    })


sys.exit(main())
