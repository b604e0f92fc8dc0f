#!/usr/bin/env python3
"""Builds Mbed TLS 4 for a Cortex-M4 from its sources, with CMake and configs/mbedtls4, and over it the images with
client and server in one and with a client; runs the first alone, the second with openssl s_server. tools/firmware calls
it.

    mbedtls4.py SOURCES BUILD_FOLDER
"""

import ast
import configparser
import pathlib
import shutil
import subprocess
import sys

import images

HERE = pathlib.Path(__file__).resolve().parent


class Failed(Exception):
    pass


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(str(word) for word in words)}\n{done.stdout[-8000:]}{done.stderr[-8000:]}")


def build(sources, folder):
    """The images, by name."""
    cached = ["ccache"] if shutil.which("ccache") else []
    headers = [f"-DMBEDTLS_CONFIG_FILE={HERE}/configs/mbedtls4/tls.h",
               f"-DTF_PSA_CRYPTO_CONFIG_FILE={HERE}/configs/mbedtls4/crypto.h"]
    run("cmake", "-S", sources, "-B", folder / "mbedtls", f"-DCMAKE_TOOLCHAIN_FILE={HERE}/cortex-m4.cmake",
        "-DCMAKE_BUILD_TYPE=None", "-DENABLE_TESTING=OFF", "-DENABLE_PROGRAMS=OFF", "-DMBEDTLS_FATAL_WARNINGS=OFF",
        f"-DCMAKE_INSTALL_PREFIX={folder}/prefix", *headers,
        *(f"-DCMAKE_C_COMPILER_LAUNCHER={word}" for word in cached))
    run("cmake", "--build", folder / "mbedtls", "--parallel")
    run("cmake", "--install", folder / "mbedtls")
    run(sys.executable, HERE / "credentials.py", folder)

    settings = configparser.ConfigParser()
    settings.read(HERE / "cortex-m4.ini")
    flags = {name: ast.literal_eval(settings["built-in options"][name].replace("\n", " "))
             for name in ("c_args", "cpp_args", "cpp_link_args")}
    common = ["-Os", "-Wall", "-Wextra", "-DPOOL_SIZE=163840", "-isystem", folder / "prefix" / "include", "-I", folder,
              *(word for part in ("board", "client", "../include") for word in ("-I", HERE / part)),
              *(header.replace("=", '="') + '"' for header in headers)]
    c = [*cached, "arm-none-eabi-gcc", *flags["c_args"], *common]
    cpp = [*cached, "arm-none-eabi-g++", "-std=c++23", *flags["cpp_args"], *common]
    for name in ("board/board", "client/common"):
        run(*c, "-c", HERE / f"{name}.c", "-o", folder / f"{pathlib.Path(name).name}.o")
    made = {}
    for name, source, more in (("selftest", "selftest/selftest.cpp", []),
                               ("client", "client/client.cpp", ["-DCLIENT_CLOCK=1"])):
        made[name] = folder / f"{name}.elf"
        run(*cpp, *more, "-c", HERE / source, "-o", folder / f"{name}.o")
        run("arm-none-eabi-g++", *flags["cpp_link_args"], "-nostartfiles", "-T", HERE / "board" / "mps2.ld",
            folder / f"{name}.o", folder / "common.o", folder / "board.o", "-L", folder / "prefix" / "lib",
            "-lmbedtls", "-lmbedx509", "-ltfpsacrypto", "-o", made[name])
    return made


def main():
    sources, folder = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    if lacking := images.missing() + ([] if shutil.which("cmake") else ["cmake"]):
        print(f"not installed: {', '.join(lacking)}", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    print("Building ...", flush=True)
    try:
        made = build(sources, folder)
    except Failed as why:
        print(why, file=sys.stderr)
        return 1
    print("Client and server in one image (40 instructions a tick):", flush=True)
    alone = images.run_alone(made["selftest"])
    print(alone.said, flush=True)
    good = alone.status == 0 and alone.said.count("ok TLS") == 14
    print("A client with openssl s_server:", flush=True)
    for version in ("tls1_2", "tls1_3"):
        peer = images.run_against_openssl(made["client"], version, folder / "broker.pem")
        print(peer.said, flush=True)
        good = good and peer.status == 0
    flash, ram = images.sizes(made["client"])
    print(f"the client for both versions: flash {flash} ram {ram}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
