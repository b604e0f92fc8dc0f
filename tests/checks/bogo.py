#!/usr/bin/env python3
"""The shim of tests/bogo does what BoGo's runner expects of one: a stand-in for the runner, with Python's ssl as the peer.

    bogo.py SHIM
"""

import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

import checks

LIMIT = 30


def own_certificate(folder):
    key, certificate = folder / "key.pem", folder / "cert.pem"
    good, said = checks.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                             "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=bogo",
                             "-addext", "subjectAltName=DNS:bogo"])
    if not good:
        raise RuntimeError(said)
    return certificate, key


class Runner:
    """Listens for the shim, and speaks TLS with it in the other role."""

    def __init__(self, shim, certificate, key, version=ssl.TLSVersion.TLSv1_3):
        self.shim, self.certificate, self.key, self.version = shim, certificate, key, version

    def context(self, server_side):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = context.maximum_version = self.version
        if server_side:
            context.load_cert_chain(self.certificate, self.key)
        else:
            context.load_verify_locations(self.certificate)
        return context

    def run(self, *flags):
        """The shim's exit status, and what a connection brought of "hello", or the peer's error."""
        server_side = "-server" not in flags
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(LIMIT)
            command = [self.shim, "-port", str(listener.getsockname()[1]), "-shim-id", "4242", *flags]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
                said = self.speak(listener, server_side) if "-unknown-flag" not in flags else None
                errors = child.communicate(timeout=LIMIT)[1]
        return child.returncode, said, errors

    def speak(self, listener, server_side):
        connection, _ = listener.accept()
        connection.settimeout(LIMIT)
        with connection:
            if int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "little") != 4242:
                return "the number of the shim is wrong"
            try:
                with self.context(server_side).wrap_socket(connection, server_side=server_side,
                                                           server_hostname=None if server_side else "bogo") as tls:
                    tls.sendall(b"hello")
                    answer = b""
                    while len(answer) < 5:
                        piece = tls.recv(100)
                        if not piece:
                            return "closed"
                        answer += piece
                    tls.unwrap()
                    return bytes(byte ^ 0xFF for byte in answer)
            except OSError as e:  # ssl.SSLError is one
                return str(e)


def main():
    shim = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        certificate, key = own_certificate(pathlib.Path(name))
        own = ("-cert-file", str(certificate), "-key-file", str(key))

        def expect(status, answer, *flags, version=ssl.TLSVersion.TLSv1_3):
            def check():
                got = Runner(shim, certificate, key, version).run(*flags)
                if got[0] != status or (answer is not None and got[1] != answer):
                    return f"{' '.join(flags)}: status {got[0]}, not {status}; the peer: {got[1]}; {got[2]}"
                return None
            return check

        old = {"version": ssl.TLSVersion.TLSv1_2}
        return checks.tap({
            "a client sends everything back inverted": expect(0, b"hello"),
            "a client of TLS 1.2": expect(0, b"hello", "-max-version", "771", "-expect-version", "771", **old),
            "a server": expect(0, b"hello", "-server", *own),
            "a server of TLS 1.2 whose operations would block": expect(0, b"hello", "-server", "-async", *own, **old),
            "a version that was not expected": expect(1, None, "-expect-version", "771"),
            "a name that was not asked for": expect(1, None, "-host-name", "bogo", "-expect-server-name", "elsewhere"),
            "a certificate that is to be refused": expect(1, None, "-verify-peer", "-verify-fail"),
            "no version in common": expect(1, None, "-max-version", "771"),
            "a flag that is not implemented": expect(89, None, "-unknown-flag"),
        })


sys.exit(main())
