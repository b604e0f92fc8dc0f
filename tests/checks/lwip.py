#!/usr/bin/env python3
"""examples/lwip over a real lwIP, with openssl s_server and silent or rude servers behind it.

    lwip.py ROOT BUILD

lwIP's sources are those in the folder that LWIP names, else the distribution's source package.
"""

import concurrent.futures
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading

import checks

ARCHIVE = "lwip_2.1.3+dfsg1.orig.tar.xz"
SHA256 = "0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24"
LIMIT = 60


def find_sources(root, scratch):
    """The folder with `core`, `api` and `include`, or None."""
    if given := os.environ.get("LWIP"):
        return pathlib.Path(given) / "src"
    sys.path.insert(0, str(root / "tools" / "lib"))
    import distribution
    kept = root / "subprojects" / "packagecache" / ARCHIVE
    kept.parent.mkdir(exist_ok=True)
    if distribution.sha256(kept) != SHA256 and not any(
            distribution.apt_download(f"{mirror}/pool/main/l/lwip/{ARCHIVE}", kept, SHA256)
            for mirror in distribution.mirrors()):
        return None
    with tarfile.open(kept) as archive:
        archive.extractall(scratch)
    return next(scratch.glob("lwip-*")) / "src"


def run(words, cwd, **more):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd, **more)
    return None if result.returncode == 0 else result.stdout + result.stderr


def build_client(root, build, lwip, scratch):
    """None and the program, or what went wrong."""
    own = root / "examples" / "lwip"
    found = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    includes = ["-DTLSPP_LWIP_SOCKETS", "-iquote", own, "-isystem", lwip / "include", "-isystem", own,
                "-isystem", own / "pc"]
    sources = [*(lwip / "core").glob("*.c"), *(lwip / "core" / "ipv4").glob("*.c"), *(lwip / "api").glob("*.c"),
               lwip / "netif" / "ethernet.c"]
    # this machine's names are not lwIP's: -Werror is for ours
    jobs = [(["cc", "-O1", "-w", *includes, "-c", source, "-o", scratch / f"{number}.o"], scratch)
            for number, source in enumerate(sources)]
    jobs += [([*found.command, *includes, "-c", source, "-o", scratch / f"own-{source.stem}.o"], found.directory)
             for source in [own / "client.cpp", *(own / "pc").glob("*.cpp")]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for problem in pool.map(lambda job: run(checks.ccache([str(word) for word in job[0]]), job[1]), jobs):
            if problem:
                return problem, None
    link = subprocess.run(["ninja", "-C", build, "-t", "commands", "tests/tlspp-tests-core"], capture_output=True,
                          text=True)
    words = [word for word in shlex.split(link.stdout.strip().splitlines()[-1]) if not word.endswith(".cpp.o")]
    at = words.index("-o")
    program = scratch / "lwip_client"
    words[at:at + 2] = ["-o", str(program), *map(str, scratch.glob("*.o"))]
    return run([word for word in words if "atch2" not in word], build), program


class Authority:
    """A CA, and a server's certificate for localhost."""

    def __init__(self, folder, name):
        self.ca, self.certificate, self.key = (str(folder / f"{name}{end}") for end in (".ca", ".pem", ".key"))
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        extensions = folder / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n"
                              "keyUsage=digitalSignature\nbasicConstraints=critical,CA:false\n")
        for words in ([["req", "-x509", *curve, "-subj", f"/CN={name}", "-keyout", self.ca + ".key", "-out", self.ca],
                       ["req", *curve[:-2], "-subj", "/O=server", "-keyout", self.key, "-out", self.key + ".csr"],
                       ["x509", "-req", "-in", self.key + ".csr", "-CA", self.ca, "-CAkey", self.ca + ".key",
                        "-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", self.certificate]]):
            subprocess.run(["openssl", *words], check=True, capture_output=True)


def openssl_server(authority, version):
    """A page for everybody; the process and its port."""
    process = subprocess.Popen(["openssl", "s_server", version, "-accept", "127.0.0.1:0", "-www", "-cert",
                                authority.certificate, "-key", authority.key], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if line.startswith("ACCEPT "):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, line.rstrip().rsplit(":", 1)[1]
    process.wait()
    raise RuntimeError("openssl s_server did not start")


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-lwip-"))
    try:
        if not shutil.which("openssl"):
            print("1..0 # SKIP openssl is not installed")
            return 0
        lwip = find_sources(root, scratch)
        if lwip is None:
            print(f"1..0 # SKIP neither LWIP names the sources of lwIP, nor could {ARCHIVE} be had")
            return 0
        problem, program = build_client(root, build, lwip, scratch)
        trusted, other = Authority(scratch, "trusted"), Authority(scratch, "other")

        def client(*arguments):
            return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT)

        def expect(result, status, out="", err=""):
            good = result.returncode == status and out in result.stdout and err in result.stderr
            return None if good else f"{result.returncode}\n{result.stdout}\n{result.stderr}"

        def with_server(version, *arguments, **expected):
            server, port = openssl_server(trusted, version)
            try:
                return expect(client(port, *arguments), **expected)
            finally:
                server.kill()
                server.wait()

        def page(version):
            return lambda: with_server(version, trusted.ca, status=0, out="</HTML>")

        def silent(*arguments):
            """Takes the connection, and says nothing."""
            with socket.create_server(("127.0.0.1", 0)) as listener:
                return client(listener.getsockname()[1], trusted.ca, "localhost", *arguments)

        def rude():
            """Hangs up after the first bytes."""
            with socket.create_server(("127.0.0.1", 0)) as listener:
                def serve():
                    connection, _ = listener.accept()
                    connection.recv(10)
                    connection.close()
                threading.Thread(target=serve, daemon=True).start()
                return expect(client(listener.getsockname()[1], trusted.ca), 1, err="lwip_client: ")

        if problem:
            return checks.tap({"the example is built": lambda: problem})
        return checks.tap({
            "a page by TLS 1.2": page("-tls1_2"),
            "a page by TLS 1.3": page("-tls1_3"),
            "another name is refused": lambda: with_server("-tls1_3", trusted.ca, "broker.example", status=1,
                                                           err="not for this name"),
            "another CA is refused": lambda: with_server("-tls1_3", other.ca, status=1,
                                                         err="does not end at a trusted CA"),
            "a name that nobody knows": lambda: with_server("-tls1_3", trusted.ca, "nowhere.example", 2000, status=1,
                                                            err="nowhere.example"),
            "a silent server meets the deadline": lambda: expect(silent(500), 1, err="time"),
            "a server that hangs up": rude,
        })
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
