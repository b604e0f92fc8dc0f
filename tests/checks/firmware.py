#!/usr/bin/env python3
"""Builds the images of firmware/ and runs them in QEMU: alone, and against openssl s_server; looks into the ELF files
for what must not be in there; compares with the budget. Prints TAP.

    firmware.py ROOT BUILD
"""

import pathlib
import re
import subprocess
import sys

import checks

root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
sys.path.insert(0, str(root / "firmware"))
import budget   # noqa: E402
import images   # noqa: E402
import measure  # noqa: E402

folder = build / "firmware"
made = folder / "firmware"

# What a device without an operating system has no use for.
FORBIDDEN = re.compile(r"operator (new|delete)|\b_?(malloc|calloc|realloc|free)(_r)?\b|_sbrk|\b(abort|raise)\b|__throw_|"
                       r"__cxa_|_Unwind|__gxx_personality|std::(basic_)?[io]*stream|ios_base|std::locale|"
                       r"__emutls|pthread_|\b[vf]*printf\b")


def selftest(kind):
    def check():
        run = images.run_alone(made / f"selftest{kind}.elf")
        print("\n".join("# " + line for line in run.said.splitlines()))
        return None if run.status == 0 and run.said.count("ok TLS") == 14 else f"status {run.status}\n{run.said}"
    return check


def refuses(config, version, pem):
    def check():
        run = images.run_against_openssl(made / f"{config}.elf", version, made / f"{pem}.pem")
        return None if run.status == 1 and "failed: handshake 7\n" in run.said else f"status {run.status}\n{run.said}"
    return check


def refused_for(config, version, key):
    """The server has another key than the client."""
    def check():
        run = images.run_against_openssl(made / f"{config}.elf", version, None, key)
        return None if run.status == 1 and "failed: handshake " in run.said else f"status {run.status}\n{run.said}"
    return check


def talks(config, version, pem="broker"):
    def check():
        run = images.run_against_openssl(made / f"{config}.elf", version, made / f"{pem}.pem")
        good = run.status == 0 and f"verified TLSv{version[3:].replace('_', '.')}\n" in run.said
        return None if good else f"status {run.status}\n{run.said}"
    return check


def nothing_forbidden(image):
    def check():
        names = subprocess.run(["arm-none-eabi-nm", "-C", str(image)], capture_output=True, text=True, check=True)
        found = [line for line in names.stdout.splitlines() if FORBIDDEN.search(line.split(" ", 2)[-1])]
        sections = subprocess.run(["arm-none-eabi-size", "-A", str(image)], capture_output=True, text=True, check=True)
        for line in sections.stdout.splitlines():
            words = line.split()
            if words and words[0] in (".ARM.extab", ".eh_frame") and int(words[1]) != 0:
                found.append(line)
        return None if not found else "\n".join(found)
    return check


def within_budget():
    done = subprocess.run([sys.executable, str(root / "firmware" / "measure.py"), str(folder)],
                          capture_output=True, text=True)
    print("\n".join("# " + line for line in done.stdout.splitlines()))
    return None if done.returncode == 0 else done.stdout + done.stderr


def main():
    if lacking := images.missing():
        print(f"1..1\nok 1 - firmware # SKIP not installed: {', '.join(lacking)}")
        return 0
    if problem := images.build(root, folder):
        print("1..1\nnot ok 1 - the images are built")
        print(problem, file=sys.stderr)
        return 1
    todo = {"client and server in one image": selftest(""), "the same with link-time optimisation": selftest("-lto")}
    todo["psk_small has the wrong key"] = refused_for("psk_small", "tls1_2", b"fedcba9876543210")
    todo["both_small talks TLS 1.2, too"] = talks("both_small", "tls1_2")
    for config, version in budget.CONFIGURATIONS.items():
        if config in budget.PSK:
            continue
        for pem in ("other", "untrusted", "expired", "constrained"):
            todo[f"{config} refuses a server that is {pem}"] = refuses(config, version, pem)
    for config in sorted(budget.CHAIN_AND_NAME):
        for pem in ("other", "untrusted"):
            todo[f"{config}-chain_name refuses a server that is {pem}"] = refuses(f"{config}-chain_name",
                                                                                budget.CONFIGURATIONS[config], pem)
    todo["a server below a CA with limits, where names are compared with them"] = \
        talks(f"{budget.PRICED}-name_constraints", budget.CONFIGURATIONS[budget.PRICED], "constrained")
    for image in sorted(made.glob("*.elf")):
        todo[f"{image.name} has nothing in it that firmware has no use for"] = nothing_forbidden(image)
    todo["flash and memory"] = within_budget
    return checks.tap(todo, 1)


if __name__ == "__main__":
    sys.exit(main())
