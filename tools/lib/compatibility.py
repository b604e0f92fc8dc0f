#!/usr/bin/env python3
"""Runs the unit tests of build folders, each with another Mbed TLS, compares them test by test, and writes the table of
docs/compatibility.md. tools/compatibility builds them and calls it.

    compatibility.py [--group NAME]... ROOT FOLDER[=PREFIX]...

Without a PREFIX: the bundled Mbed TLS.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from typing import NamedTuple

BEGIN, END = "<!-- compatibility: written by tools/compatibility -->\n", "<!-- compatibility: end -->"


class Result(NamedTuple):
    state: str  # passed, failed, skipped
    remark: str = ""


class Library(NamedTuple):
    version: str
    crypto: str
    origin: str

    @classmethod
    def of(cls, include, origin):
        def defined(header, name):
            path = include / header
            found = re.search(rf'^#define {name} +"(.*)"', path.read_text(), re.MULTILINE) if path.is_file() else None
            return found.group(1) if found else ""
        return cls(defined("mbedtls/build_info.h", "MBEDTLS_VERSION_STRING"),
                   defined("tf-psa-crypto/build_info.h", "TF_PSA_CRYPTO_VERSION_STRING"), origin)

    def name(self):
        return f"Mbed TLS {self.version}" + (f" with TF-PSA-Crypto {self.crypto}" if self.crypto else "")


def unit_tests(build, groups):
    told = subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True, check=True)
    return [test for test in json.loads(told.stdout)
            if "tlspp:unit" in test["suite"] and (not groups or test["name"] in groups)]


def of_catch2(report, program):
    """{(program, test): Result} from what Catch2's XML reporter wrote."""
    found = {}
    for case in xml.etree.ElementTree.parse(report).getroot().iter("TestCase"):
        whole = case.find("OverallResult")
        skips = [" ".join("".join(skip.itertext()).split()) for skip in case.iter("Skip")]
        if whole is None or whole.get("success") != "true":
            result = Result("failed")
        elif whole.get("skips", "0") != "0":
            result = Result("skipped", skips[0] if skips else "")
        else:
            result = Result("passed")
        found[program, case.get("name")] = result
    return found


def run(build, groups):
    """{(program, test): Result} of one build folder."""
    results = {}
    for test in unit_tests(build, groups):
        program = test["name"]
        catch2 = pathlib.Path(test["cmd"][0]).name.startswith("tlspp-tests-")
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch, "report.xml")
            more = ["--reporter", f"xml::out={report}", "--reporter", "console"] if catch2 else []
            try:
                done = subprocess.run([*test["cmd"], *more], env={**os.environ, **test["env"]}, capture_output=True,
                                      text=True, errors="replace", timeout=3 * test["timeout"] or None,
                                      stdin=subprocess.DEVNULL)
                status, said = done.returncode, done.stdout + done.stderr
            except subprocess.TimeoutExpired as late:
                status, said = -1, f"{program} did not end: {late}"
            own = {}
            if catch2:
                try:
                    own = of_catch2(report, program)
                except (OSError, xml.etree.ElementTree.ParseError) as why:
                    said += f"\nno report: {why}"
            states = {result.state for result in own.values()}
            if status != 0 and "failed" not in states and states != {"skipped"}: # Catch2 tells when all were skipped
                own[program, "the program itself"] = Result("failed")
            elif not catch2:
                own[program, "the program itself"] = Result("passed")
            if any(result.state == "failed" for result in own.values()):
                print(said[-20000:], file=sys.stderr)
            results |= own
    return results


def count(results, state):
    return sum(result.state == state for result in results.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("folder", nargs="+")
    given = parser.parse_args()
    root = given.root.resolve()
    libraries, runs = [], []
    for argument in given.folder:
        folder, _, prefix = argument.partition("=")
        include = pathlib.Path(prefix, "include") if prefix else \
            sorted((root / "subprojects").glob("mbedtls-3.*/include"))[-1]
        libraries.append(Library.of(include, "a prefix" if prefix else "bundled"))
        print(f"Running the tests with {libraries[-1].name()} ...", flush=True)
        runs.append(run(pathlib.Path(folder), given.group))
        print(", ".join(f"{count(runs[-1], state)} {state}" for state in ("passed", "failed", "skipped")), flush=True)

    tests = sorted(set().union(*runs))
    differing = [test for test in tests if len({own.get(test, Result("not there")).state for own in runs}) > 1]
    gcc = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True).stdout.strip()

    table = [f"{datetime.date.today()}, GCC {gcc}, {os.uname().sysname} {os.uname().machine}:", "",
             "| Mbed TLS | TF-PSA-Crypto | from | tests passed | failed | skipped |",
             "| --- | --- | --- | --- | --- | --- |"]
    for library, own in zip(libraries, runs):
        table.append(f"| {library.version} | {library.crypto or '—'} | {library.origin} | {count(own, 'passed')} | "
                     f"{count(own, 'failed')} | {count(own, 'skipped')} |")
    table.append("")
    if given.group:
        table += [f"Of these groups: {', '.join(given.group)}.", ""]
    if differing:
        table += ["Tests that did not end alike:", "",
                  "| test | " + " | ".join(library.version for library in libraries) + " |",
                  "| --- |" + " --- |" * len(libraries)]
        for test in differing:
            cells = [own.get(test, Result("not there")) for own in runs]
            table.append(f"| {test[0]}: {test[1]} | " + " | ".join(
                cell.state + (f": {cell.remark}" if cell.remark else "") for cell in cells) + " |")
    else:
        table.append("No test ended otherwise with one than with another.")

    page = root / "docs" / "compatibility.md"
    text = page.read_text()
    if BEGIN not in text or END not in text:
        sys.exit(f"{page}: the marks for the table are missing")
    head, rest = text.split(BEGIN)
    page.write_text(head + BEGIN + "\n" + "\n".join(table) + "\n\n" + END + rest.split(END, 1)[1])
    print("\n".join(table))
    return 1 if differing or any(count(own, "failed") for own in runs) else 0


sys.exit(main())
