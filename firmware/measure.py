#!/usr/bin/env python3
"""Measures the images: what tlspp costs over plain C in flash, memory and stack. tools/firmware builds and calls it.

    measure.py BUILD_FOLDER

One line a row, `row flash ram heap over-C target reached|missed`: flash is code, constants and initialised data; ram is
static, without pool and stack; heap is the peak in the pool. What is compared stands in docs/footprint.md. The exit
status is 1 when a row is above its ceiling of budget.py, whether that is the target or not.
"""

import pathlib
import sys
from typing import NamedTuple

import budget
import credentials
import images


class Figures(NamedTuple):
    flash: int
    ram: int
    heap: int
    stack: int
    mallocs: int


class Failed(Exception):
    pass


def measure(folder, image, version, psk=False):
    """Figures of a run against openssl that went well."""
    key = credentials.PSK_KEY if psk else None
    run = images.run_against_openssl(folder / f"{image}.elf", version, folder / "broker.pem", key)
    if run.status != 0 or "answer seerged 12 :7 rosnes" not in run.said:
        raise Failed(f"{image} against openssl s_server: status {run.status}\n{run.said}\n{run.peer}")
    flash, ram = images.sizes(folder / f"{image}.elf")
    return Figures(flash, ram, run.figure("heap peak"), run.figure("stack"), run.figure("mallocs"))


def rows(folder):
    """(row, figures, over, unit, target, ceiling) for each comparison."""
    for config, version in budget.CONFIGURATIONS.items():
        for kind in ("", "-lto"):
            psk = config in budget.PSK
            plain = measure(folder, f"{config}-c{kind}", version, psk)
            known = budget.KNOWN.get(config + kind)
            if known:
                yield f"{config}-c{kind}", plain, plain.flash - known, f"known size +-{known // 50}", known // 50, None
            else:
                yield f"{config}-c{kind}", plain, 0, "yardstick", 0, None
            for variant, target in (budget.FLASH_PSK if psk else budget.FLASH).items():
                if variant and config not in budget.CHAIN_AND_NAME:
                    continue
                one = measure(folder, f"{config}{variant}{kind}", version, psk)
                ceiling = budget.CEILINGS[config + variant][kind != ""]
                yield f"{config}{variant}{kind}", one, one.flash - plain.flash, "flash", target, ceiling
                ours = one if variant == "" else ours
            row = f"{config}{kind}"
            more = budget.MEMORY
            yield f"{row}: static", ours, ours.ram - plain.ram, "static", more["static"], more["static"]
            # C keeps its contexts in static memory, tlspp in the pool: together they are comparable
            yield (f"{row}: memory", ours, ours.ram + ours.heap - plain.ram - plain.heap, "static and heap",
                   more["heap"], budget.CEILINGS["memory"])
            yield (f"{row}: stack", ours, ours.stack - plain.stack, "stack", more["stack"], budget.CEILINGS["stack"])
            if config in budget.COUNTED:
                yield (f"{row}: mallocs", ours, ours.mallocs - plain.mallocs, "mallocs", more["mallocs"],
                       budget.CEILINGS["mallocs"])


def prices(folder):
    """(image, flash, ram, price, what) of single things."""
    config = budget.PRICED
    for kind in ("", "-lto"):
        base = images.sizes(folder / f"{config}{kind}.elf")[0]
        for variant, (what, sign) in budget.PRICES.items():
            flash, ram = images.sizes(folder / f"{config}{variant}{kind}.elf")
            yield config + variant + kind, flash, ram, sign * (flash - base), what


def print_prices(folder):
    """The table of docs/footprint.md."""
    both = {}
    for row, _, _, more, what in prices(folder):
        both.setdefault(what, []).append(f"{more:+,}")
    print(f"| in `{budget.PRICED}` | flash | with LTO |\n|---|---|---|")
    for what, figures in both.items():
        print(f"| {what} | {' | '.join(figures)} |")


def main():
    folder = pathlib.Path(sys.argv[1]) / "firmware"
    exceeded = 0
    print(f"{'row':<34} {'flash':>7} {'ram':>6} {'heap':>6} {'over-C':>7}  {'target':<24}")
    for row, figures, over, unit, target, ceiling in rows(folder):
        good = abs(over) <= target if ceiling is None else over <= target
        broken = not good if ceiling is None else over > ceiling
        exceeded += broken
        print(f"{row:<34} {figures.flash:>7} {figures.ram:>6} {figures.heap:>6} {over:>+7}  "
              f"{unit + ('' if ceiling is None else ' +' + str(target)):<24} {'reached' if good else 'missed'}"
              + (f" (and above {ceiling}, which it had)" if broken and ceiling is not None else ""), flush=True)
    print("\nWhat single things cost")
    for row, flash, ram, more, what in prices(folder):
        print(f"{row:<34} {flash:>7} {ram:>6} {'':>6} {more:>+7}  {what}")
    return 1 if exceeded else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(str(failure))
