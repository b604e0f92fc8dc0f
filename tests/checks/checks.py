"""What the generated checks share: the flags of a real compilation, running compilers side by side, TAP output."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys


class Compiler:
    """The compiler and the flags with which `probe` was compiled in the build folder, warnings and definitions too."""

    def __init__(self, build, probe):
        build = pathlib.Path(build)
        for entry in json.loads((build / "compile_commands.json").read_text()):
            if pathlib.Path(entry["directory"], entry["file"]).resolve() == pathlib.Path(probe).resolve():
                break
        else:
            sys.exit(f"{probe} is not part of the build in {build}")
        self.directory = entry["directory"]
        words = shlex.split(entry["command"])
        self.command = []
        skip = 0
        for word in words:
            if skip:
                skip -= 1
            elif word in ("-o", "-MQ", "-MF", "-c"):
                skip = 1
            elif word not in ("-MD", "-MMD") and not word.startswith(("-fdiagnostics-color", "-fsanitize")):
                self.command.append(word)

    def includes(self):
        """The flags that name include folders. Paths of this machine's system stay full, all others are relative to the
        build folder, so that a compiler cache knows them again in another checkout."""
        found = []
        words = iter(self.command)
        for word in words:
            for flag in ("-isystem", "-I"):
                if word.startswith(flag):
                    folder = word[len(flag):] or next(words)
                    full = os.path.normpath(os.path.join(self.directory, folder))
                    found += [flag, full if full.startswith("/usr/") else self.relative(full)]
        return found

    def relative(self, path):
        return os.path.relpath(path, self.directory)

    def run(self, *arguments):
        """(compiles, what the compiler said)"""
        return run([*self.command, *arguments], self.directory)


def run(command, directory=None):
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, errors="replace",
                            env={**os.environ, "LC_ALL": "C"})
    return result.returncode == 0, result.stdout + result.stderr


def ccache(command):
    """The command behind ccache, where there is one."""
    return command if "ccache" in command[0] or not shutil.which("ccache") else ["ccache", *command]


def tap(checks, workers=os.cpu_count()):
    """Runs {name: function} side by side. A function returns None for success, else what was wrong; a `str` that
    starts with "# SKIP" skips. Prints TAP; gives the exit status."""
    print(f"1..{len(checks)}", flush=True)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        futures = [(name, pool.submit(function)) for name, function in checks.items()]
        for number, (name, future) in enumerate(futures, 1):
            problem = future.result()
            if problem is None:
                print(f"ok {number} - {name}", flush=True)
            elif problem.startswith("# SKIP"):
                print(f"ok {number} - {name} {problem}", flush=True)
            else:
                failed = True
                print(f"not ok {number} - {name}", flush=True)
                # Meson shows what a failed test wrote here, not its TAP.
                print(f"{name}:\n{problem.rstrip()}\n", file=sys.stderr, flush=True)
    return 1 if failed else 0
