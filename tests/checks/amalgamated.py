#!/usr/bin/env python3
"""What tools/amalgamate makes: one header that is enough by itself, and that the suite's own tests pass with.

    amalgamated.py ROOT BUILD
"""

import concurrent.futures
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import checks

# of the group `core`: files that reach through most of the headers
TESTS = ["tests/error.cpp", "tests/server_name.cpp", "tests/text.cpp", "tests/option_list.cpp"]
GROUP = "tests/tlspp-tests-core"


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-amalgamated-"))
    single = scratch / "single"
    single.mkdir()
    made = subprocess.run([sys.executable, root / "tools" / "amalgamate", single / "tlspp.hpp"], capture_output=True,
                          text=True)

    def run(words, cwd):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd)
        return None if result.returncode == 0 else result.stdout + result.stderr

    def compiler(source):
        """The command for a file of the tests, without the folder of the real headers."""
        found = checks.Compiler(build, root / source)
        own = (root / "include").resolve()
        return [word for word in found.command
                if not (word.startswith("-I") and pathlib.Path(found.directory, word[2:]).resolve() == own)], found

    def made_at_all():
        return None if made.returncode == 0 else made.stdout + made.stderr

    def alone():
        """Warnings of the macros of Mbed TLS are not ours: as in the headers, the folder is a system's."""
        program = scratch / "alone.cpp"
        program.write_text("#include <tlspp.hpp>\nint main() { return tlspp::client_context::create() ? 0 : 1; }\n")
        command, found = compiler(TESTS[0])
        return run([*command, "-isystem", single, "-fsyntax-only", program], found.directory)

    def suite():
        """Each of the suite's includes leads to the one header."""
        forward = scratch / "forward"
        for header in (root / "include").rglob("*.hpp"):
            one = forward / header.relative_to(root / "include")
            one.parent.mkdir(parents=True, exist_ok=True)
            one.write_text("#pragma once\n#define TLSPP_WITH_ALL\n#include <tlspp.hpp>\n")
        jobs = []
        for source in TESTS:
            command, found = compiler(source)
            jobs.append((checks.ccache(command) + ["-isystem", single, "-isystem", forward, "-g0", "-O0", "-c", "-o",
                                    scratch / (pathlib.Path(source).stem + ".o"), root / source], found))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for outcome in pool.map(lambda job: run(job[0], job[1].directory), jobs):
                if outcome is not None:
                    return outcome
        link = subprocess.run(["ninja", "-C", build, "-t", "commands", GROUP], capture_output=True, text=True)
        words = [word for word in shlex.split(link.stdout.strip().splitlines()[-1]) if not word.endswith(".cpp.o")]
        at = words.index("-o")
        words[at:at + 2] = ["-o", str(scratch / "suite"), *map(str, scratch.glob("*.o"))]
        return run(words, build) or run([scratch / "suite"], root)

    try:
        return checks.tap({"one header is made": made_at_all, "it is enough by itself": alone,
                           "tests of the suite pass with it": suite})
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
