"""Running the images of this folder: what tools/firmware and tests/checks/firmware.py share."""

import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import time
from typing import NamedTuple

import credentials

MACHINE = ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none",
           "-semihosting-config", "enable=on,target=native"]
NEEDED = ["arm-none-eabi-g++", "qemu-system-arm", "openssl", "meson", "ninja"]
OLD = {"tls1_2": "-tls1_2", "tls1_3": "-tls1_3"}


def missing():
    """What this machine lacks; libstdc++ for the target is looked for, too."""
    lacking = [command for command in NEEDED if not shutil.which(command)]
    if "arm-none-eabi-g++" not in lacking:
        probe = subprocess.run(["arm-none-eabi-g++", "-std=c++23", "-x", "c++", "-fsyntax-only", "-"],
                               input=b"#include <expected>\n", capture_output=True)
        if probe.returncode != 0:
            lacking.append("libstdc++-arm-none-eabi-newlib")
    return lacking


def build(root, folder, *targets):
    """Sets up and builds; what went wrong, or None."""
    root, folder = pathlib.Path(root), pathlib.Path(folder)
    if not (folder / "build.ninja").exists():
        cross = ["--cross-file", str(root / "firmware" / "cortex-m4.ini")]
        if shutil.which("ccache"):
            folder.mkdir(parents=True, exist_ok=True)
            cached = folder / "ccache.ini"
            cached.write_text("[binaries]\nc = ['ccache', 'arm-none-eabi-gcc']\ncpp = ['ccache', 'arm-none-eabi-g++']\n")
            cross += ["--cross-file", str(cached)]
        done = subprocess.run(["meson", "setup", str(folder), str(root), *cross, "-Dfirmware=true"],
                              capture_output=True, text=True)
        if done.returncode != 0:
            return done.stdout + done.stderr
    done = subprocess.run(["ninja", "-C", str(folder), *(targets or ["firmware"])], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout[-4000:] + done.stderr


class Run(NamedTuple):
    status: int
    said: str
    peer: str = ""

    def figure(self, name):
        found = re.search(rf"^{re.escape(name)} (-?\d+)$", self.said, re.MULTILINE)
        return int(found.group(1)) if found else -1


def finish(process, seconds):
    """Status and output; a status of None, where it had to be ended."""
    try:
        said, _ = process.communicate(timeout=seconds)
        return process.returncode, said.decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        return None, said.decode(errors="replace")


def run_alone(image, seconds=300):
    """An image that needs nobody. Under -icount, virtual time is instructions."""
    process = subprocess.Popen([*MACHINE, "-serial", "none", "-icount", "shift=0", "-kernel", str(image)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return Run(*finish(process, seconds))


def run_against_openssl(image, version, pem, key=None, seconds=120):
    """An image whose UART is a TCP connection to `openssl s_server`, which sends every line back reversed; the server
    has a certificate, with what else it sends in PEM.chain, or, where `key` is given, a pre-shared key."""
    own = ["-cert", str(pem), "-key", str(pem)] if key is None else \
          ["-nocert", "-psk", key.hex(), "-psk_identity", credentials.PSK_IDENTITY, "-cipher", "PSK-AES128-CCM"]
    if key is None and (chain := pathlib.Path(pem).with_suffix(".chain")).exists():
        own += ["-cert_chain", str(chain)]
    server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", *own,
                               "-" + version, "-rev", "-naccept", "1"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said = b""
        end = time.monotonic() + seconds
        while not (port := re.search(rb"ACCEPT \S*?:(\d+)\s", said)):
            if time.monotonic() > end or not select.select([server.stdout], [], [], 1)[0] and server.poll() is not None:
                return Run(-1, "", "openssl s_server did not start: " + said.decode(errors="replace"))
            if select.select([server.stdout], [], [], 1)[0]:
                more = os.read(server.stdout.fileno(), 4096)
                if not more:
                    return Run(-1, "", "openssl s_server ended: " + said.decode(errors="replace"))
                said += more
        process = subprocess.Popen([*MACHINE, "-chardev", "socket,id=uart,host=127.0.0.1,server=off,port=" +
                                    port.group(1).decode(), "-serial", "chardev:uart", "-kernel", str(image)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        status, output = finish(process, seconds)
        _, rest = finish(server, 20)
        return Run(-1 if status is None else status, output, said.decode(errors="replace") + rest)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def sizes(image):
    """(flash, static RAM), without the pool and the stack."""
    said = subprocess.run(["arm-none-eabi-size", "-A", str(image)], capture_output=True, text=True, check=True).stdout
    size = {words[0]: int(words[1]) for words in map(str.split, said.splitlines())
            if len(words) == 3 and words[0].startswith(".")}
    data = size.get(".data", 0)
    flash = size[".text"] + size.get(".ARM.extab", 0) + size.get(".ARM.exidx", 0) + size.get(".eh_frame", 0) + data
    return flash, data + size.get(".bss", 0)
