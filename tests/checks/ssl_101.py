#!/usr/bin/env python3
"""docs/ssl-101.md against the programs of examples/101: every piece of code that the page shows stands in the program it
names, and what the page shows as output is what the program says.

    ssl_101.py ROOT BUILD [--update]

Times, serial numbers, ports and lengths of what is random differ each time, and are made alike first. --update writes
the output into the page.
"""

import pathlib
import re
import subprocess
import sys

import checks

ALIKE = [
    (r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT", "(time)"),
    (r"(serialNumber: +)[0-9A-F]+", r"\1(number)"),
    (r" +\d+ ms", " (time)"),
    (r"-+(>?\|)", r"--\1"),
    (r"\|<-+ ", "|<-- "),
    (r"(Certificate|ServerKeyExchange|NewSessionTicket|encrypted|Finished, encrypted), \d+ bytes", r"\1, (some) bytes"),
    # which suite comes first, and what it is called, depends on Mbed TLS's configuration
    (r" +$", ""),
]


def alike(text):
    for pattern, word in ALIKE:
        text = re.sub(pattern, word, text, flags=re.M)
    return text


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    page = root / "docs" / "ssl-101.md"
    text = page.read_text(encoding="utf-8")
    steps = re.split(r"^(?=Program: \[)", text, flags=re.M)
    found = {}
    for step in steps[1:]:
        name = re.search(r"\(\.\./examples/101/(\w+)\.cpp\)", step).group(1)
        found[name] = step

    def output(name):
        result = subprocess.run([build / "examples" / "101" / f"101-{name}"], capture_output=True, text=True, timeout=60)
        return result.stdout + result.stderr + (f"exit status {result.returncode}\n" if result.returncode else "")

    def shown(name):
        def check():
            if not (build / "examples" / "101" / f"101-{name}").exists():
                return "# SKIP the examples were not built"
            source = " ".join((root / "examples" / "101" / f"{name}.cpp").read_text(encoding="utf-8").split())
            for code in re.findall(r"^```cpp\n(.*?)^```$", found[name], re.M | re.S):
                if " ".join(code.split()) not in source:
                    return f"not in examples/101/{name}.cpp:\n{code}"
            outputs = re.findall(r"^```text\n(.*?)^```$", found[name], re.M | re.S)
            said = output(name)
            if len(outputs) != 1:
                return f"{len(outputs)} blocks of output"
            return None if alike(outputs[0]) == alike(said) else f"the page has\n{outputs[0]}\nthe program says\n{said}"
        return check

    if "--update" in sys.argv:
        for name, step in found.items():
            text = text.replace(step, re.sub(r"(^```text\n).*?(^```$)", lambda m: m[1] + output(name) + m[2], step,
                                             count=1, flags=re.M | re.S))
        page.write_text(text, encoding="utf-8")
    programs = {path.stem for path in (root / "examples" / "101").glob("*.cpp")}
    every = {"every program is on the page":
             lambda: ", ".join(sorted(programs ^ set(found))) or None}
    return checks.tap({**every, **{f"101/{name}": shown(name) for name in found}})


sys.exit(main())
