#!/usr/bin/env python3
"""Makes the certificates of the firmware with openssl: a P-256 root, a server's certificate for broker.example, one for
another name, one that expired, and one below a CA that limits names; and a root that nobody trusts.

    credentials.py FOLDER      writes FOLDER/credentials.h and, for openssl s_server, FOLDER/NAME.pem with its key
"""

import pathlib
import subprocess
import sys


PSK_IDENTITY = "sensor 7"
PSK_KEY = b"0123456789abcdef"


def openssl(*arguments, text=None):
    result = subprocess.run(["openssl", *map(str, arguments)], input=text, capture_output=True)
    if result.returncode != 0:
        sys.exit(f"openssl {arguments[0]}: {result.stderr.decode(errors='replace')}")
    return result.stdout


def make_root(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256",
            "-days", 7000, "-subj", f"/CN=tlspp firmware {name}", "-keyout", folder / f"{name}.key",
            "-out", folder / f"{name}.crt", "-addext", "keyUsage=critical,keyCertSign,cRLSign")


LEAF = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:{}\n")
LIMITED = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nnameConstraints=permitted;DNS:{}\n"


def make(folder, name, host, root, *validity, kind=LEAF):
    request = openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256",
                      "-subj", f"/CN={host}", "-keyout", folder / f"{name}.key")
    extensions = folder / f"{name}.ext"
    extensions.write_text(kind.format(host))
    database = folder / f"{name}.db"
    database.write_text("")
    config = folder / f"{name}.cnf"
    config.write_text(f"[ca]\ndefault_ca=it\n[it]\ndatabase={database}\nnew_certs_dir={folder}\nrand_serial=yes\n"
                      "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n")
    pem = openssl("ca", "-batch", "-notext", "-config", config, "-cert", folder / f"{root}.crt",
                  "-keyfile", folder / f"{root}.key", "-in", "/dev/stdin", "-extfile", extensions, *validity,
                  text=request)
    (folder / f"{name}.crt").write_bytes(pem)
    (folder / f"{name}.pem").write_bytes(pem + (folder / f"{name}.key").read_bytes())


def array(name, der):
    return f"__attribute__((unused)) static const unsigned char {name}[{len(der)}] = {{{', '.join(map(str, der))}}};\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make_root(folder, "root")
    make_root(folder, "stranger")
    make(folder, "broker", "broker.example", "root", "-days", 6000)
    make(folder, "other", "other.example", "root", "-days", 6000)
    make(folder, "expired", "broker.example", "root", "-startdate", "20200101000000Z",
              "-enddate", "20210101000000Z")
    make(folder, "untrusted", "broker.example", "stranger", "-days", 6000)
    # below a CA that limits names, not critically: Mbed TLS does not parse it otherwise
    make(folder, "limited", "broker.example", "root", "-days", 6000, kind=LIMITED)
    make(folder, "constrained", "broker.example", "limited", "-days", 6000)
    (folder / "constrained.chain").write_bytes((folder / "limited.crt").read_bytes())
    text = "/* Made by credentials.py: certificates and keys in DER, for tests only. */\n"
    text += f'__attribute__((unused)) static const char psk_identity[] = "{PSK_IDENTITY}";\n'
    text += array("psk_key", PSK_KEY)
    for name in ("root", "broker", "other", "expired", "untrusted"):
        text += array(f"{name}_crt", openssl("x509", "-in", folder / f"{name}.crt", "-outform", "DER"))
    for name in ("broker", "other", "expired", "untrusted"):
        text += array(f"{name}_key", openssl("pkey", "-in", folder / f"{name}.key", "-outform", "DER"))
    (folder / "credentials.h").write_text(text)


if __name__ == "__main__":
    main()
