"""The source packages of the distribution, through apt, with the mirror that apt is configured for."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

APT_HELPER = "/usr/lib/apt/apt-helper"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def mirrors():
    """The archives apt is configured for, the main one before those of security updates."""
    found = []
    if shutil.which("apt-get"):
        listed = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
                                capture_output=True, text=True)
        found += listed.stdout.split()
    folder = pathlib.Path("/etc/apt")
    for path in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list")),
                 *sorted(folder.glob("sources.list.d/*.sources"))]:
        if not path.is_file():
            continue
        for line in path.read_text().splitlines():
            if match := re.match(r"deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)", line):
                found.append(match.group(1))
            elif match := re.match(r"URIs:\s*(.*)", line, re.IGNORECASE):
                found += match.group(1).split()
    unique = list(dict.fromkeys(uri.rstrip("/") for uri in found))
    return sorted(unique, key=lambda uri: "security" in uri)


def apt_download(uri, target, digest):
    """Downloads through apt, with its proxies and credentials; apt checks the hash."""
    if not os.access(APT_HELPER, os.X_OK):
        return False
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / target.name
        subprocess.run([APT_HELPER, "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1",
                        "download-file", uri, str(file), f"SHA256:{digest}"], capture_output=True)
        if sha256(file) != digest:
            return False
        shutil.copyfile(file, target)
        return True
