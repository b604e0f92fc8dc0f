#!/usr/bin/env python3
"""Builds and runs everything of this folder.

    run.py BUILD_FOLDER [--prices]

With --prices, only what single things cost is built and printed, as docs/footprint.md has it.
"""

import pathlib
import sys

import budget
import credentials
import images
import measure


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    folder = pathlib.Path(sys.argv[1]).resolve()
    if lacking := images.missing():
        print(f"not installed: {', '.join(lacking)}", file=sys.stderr)
        return 2
    priced = [f"firmware/{budget.PRICED}{variant}{kind}.elf" for variant in ("", *budget.PRICES) for kind in ("", "-lto")]
    only_prices = sys.argv[2:] == ["--prices"]
    print("Building ...", flush=True)
    if problem := images.build(root, folder, *(priced if only_prices else [])):
        print(problem, file=sys.stderr)
        return 1
    if only_prices:
        measure.print_prices(folder / "firmware")
        return 0
    print("Client and server in one image (40 instructions a tick):", flush=True)
    run = images.run_alone(folder / "firmware" / "selftest.elf")
    print(run.said, flush=True)
    print("A client with openssl s_server:", flush=True)
    for config, version in budget.CONFIGURATIONS.items():
        made = folder / "firmware"
        key = credentials.PSK_KEY if config in budget.PSK else None
        peer = images.run_against_openssl(made / f"{config}.elf", version, made / "broker.pem", key)
        print(peer.said, flush=True)
        if peer.status != 0:
            return 1
    return measure.main() or run.status


if __name__ == "__main__":
    sys.exit(main())
