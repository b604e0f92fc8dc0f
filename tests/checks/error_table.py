#!/usr/bin/env python3
"""The table at the end of docs/errors.md: every code and every reason, with what the library says of it.

    error_table.py ROOT [--update]
"""

import pathlib
import re
import sys

import checks

HEADING = "## All sentences"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root / "docs" / "site"))
    import filter as pages  # noqa: the same reader as the reference has

    header = (root / "include" / "tlspp" / "error.hpp").read_text(encoding="utf-8")
    words = pages.sentences()
    missing = []

    def rows(enumeration):
        body = re.search(rf"enum class {enumeration} .*?\{{(.*?)\n\}};", header, re.S).group(1)
        for name in re.findall(r"^    (\w+)(?: = 1)?,", body, re.M):
            if name in ("none", "last_of_core"):
                continue
            if name not in words:
                missing.append(f"{enumeration}::{name}")
                continue
            what, _, advice = words[name].partition("; ")
            cells = (text.replace("|", "\\|").replace("\\\"", '"') for text in (what, advice))
            yield f"| `{name}` | " + " | ".join(cells) + " |"

    def table(enumeration, title):
        return [f"| {title} | it says | what to do |", "|---|---|---|", *rows(enumeration), ""]

    page = root / "docs" / "errors.md"
    text = page.read_text(encoding="utf-8")
    start = text.index("| code |") if "| code |" in text else len(text)
    wanted = "\n".join([*table("errc", "code"), *table("reason", "reason")])
    if "--update" in sys.argv:
        page.write_text(text[:start] + wanted, encoding="utf-8")
        return 0
    debugging = (root / "docs" / "debugging.md").read_text(encoding="utf-8")
    flags = (root / "include" / "tlspp" / "verify_flags.hpp").read_text(encoding="utf-8")
    flags = re.findall(r"^    (\w+) = ", re.search(r"enum class verify_flag .*?\{(.*?)\n\};", flags, re.S).group(1), re.M)
    return checks.tap({
        "every code and reason has a sentence": lambda: ", ".join(missing) or None,
        "docs/errors.md has them all, as they are":
        lambda: None if text[start:] == wanted else "run tests/checks/error_table.py ROOT --update",
        "docs/debugging.md has every flag of verification":
        lambda: ", ".join(flag for flag in flags if f"`{flag}`" not in debugging) or None,
    })


sys.exit(main())
