#!/usr/bin/env python3
"""Runs benchmarks/speed of several builds in turn, round after round, and compares their times: the fast profile of the
bundled Mbed TLS with the default one, and the one with AES-GCM by ipsec-mb with OpenSSL.

    compare.py [--rounds N] [--json FILE] DEFAULT FAST [ACCELERATED]

Each row has the ratio of processor times, the median over all rounds of the ratio in one, and how sure it is: the bound
that the true median is above with 95 % certainty (by the binomial distribution: nothing is assumed about the times).
A row is "reached" where that bound is at least the target. The exit status is 1 when a target is missed.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys

# row: how many times as fast the fast profile must be; 1: nothing is to be slower, within what this can tell
FAST = {
    "full handshake, TLS 1.3": 1.3,
    "full handshake, TLS 1.2": 1,
    "resumption, TLS 1.3": 1.7,
    "resumption, TLS 1.2": 1,
    "1-byte round trip": 1,
    "64-byte round trip": 1.35,
    "1 KiB round trip": 1,
    "16 KiB, AES-128-GCM": 1.25,
    "16 KiB, AES-256-GCM": 1.25,
    "16 KiB, ChaCha20-Poly1305": 1,
}
ACCELERATED = {row: 1 for row in ("1-byte round trip", "64-byte round trip", "1 KiB round trip", "16 KiB, AES-128-GCM",
                                  "16 KiB, AES-256-GCM")}
TOLERANCE = 0.98  # for "nothing is slower"


def measure(build):
    """{name of a row: nanoseconds of processor time}"""
    done = subprocess.run([str(build / "benchmarks" / "speed"), "--benchmark_format=json", "--benchmark_min_time=0.03"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return {run["name"]: run["cpu_time"] for run in json.loads(done.stdout)["benchmarks"]}


def lower_bound(values):
    """Below the median with 95 % certainty: the k-th smallest, where few enough can be below k by chance."""
    ordered = sorted(values)
    total, k = 0.0, 0
    while k < len(ordered):
        total += math.comb(len(ordered), k) / 2 ** len(ordered)
        if total > 0.05:
            break
        k += 1
    return ordered[max(k - 1, 0)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("builds", nargs="+", type=pathlib.Path)
    given = parser.parse_args()
    names = ["default", "fast", "accelerated"][:len(given.builds)]
    rounds = [{name: measure(build) for name, build in zip(names, given.builds)} for _ in range(given.rounds)]

    flags = next((line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("flags")), "").split()
    print("CPU:", " ".join(flag for flag in ("aes", "pclmulqdq", "avx2", "vaes", "vpclmulqdq", "avx512f")
                           if flag in flags))
    missed = 0
    results = []

    def row(what, build, name, against, other, target):
        nonlocal missed
        slow = [one[against][other] for one in rounds]
        quick = [one[build][name] for one in rounds]
        ratios = [s / q for s, q in zip(slow, quick)]
        ratio, bound = statistics.median(ratios), lower_bound(ratios)
        good = bound >= (target if target > 1 else TOLERANCE)
        missed += not good
        results.append({"row": what, "us": statistics.median(quick) / 1e3, "against_us": statistics.median(slow) / 1e3,
                        "ratio": ratio, "bound": bound, "target": target, "reached": good})
        print(f"{what:54} {results[-1]['against_us']:9.2f} us {results[-1]['us']:9.2f} us  {ratio:6.2f} times"
              f"  at least {bound:6.2f}  target {target:4}  {'reached' if good else 'missed'}")

    for name, target in FAST.items():
        row(f"fast against default: {name}", "fast", f"tlspp/{name}", "default", f"tlspp/{name}", target)
    if "accelerated" in names and f"openssl/{next(iter(FAST))}" in rounds[0]["accelerated"]:
        for name, target in ACCELERATED.items():
            row(f"ipsec-mb against OpenSSL: {name}", "accelerated", f"tlspp/{name}", "accelerated", f"openssl/{name}",
                target)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))
    return 1 if missed else 0


sys.exit(main())
