#!/usr/bin/env python3
"""Only detail/mbedtls.hpp and its parts know Mbed TLS 3.6 from 4.x: no other header compares versions or uses a name
that one line alone has in its public headers. The list below has the names that are likely to be met; where
TLSPP_MBEDTLS4_PREFIX names an Mbed TLS 4, the headers of both lines say it of all names, and of the list.

    lines.py ROOT
"""

import os
import pathlib
import re
import sys

import checks

NAME = re.compile(r"\b(?:mbedtls|MBEDTLS|psa|PSA)_\w+")
COMMENT = re.compile(r"/\*.*?\*/|//(?!#define)[^\n]*", re.DOTALL)
TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"')
VERSION = re.compile(r"\bMBEDTLS_VERSION_(?:NUMBER|MAJOR|MINOR|PATCH)\b|\bmbedtls4\b")

# `*` stands for any end. Removed in 4.0, or private since:
ONLY_3 = """
    MBEDTLS_DHM_* MBEDTLS_ECP_DP_* MBEDTLS_ERR_CIPHER_* MBEDTLS_ERR_CTR_* MBEDTLS_ERR_ECP_* MBEDTLS_ERR_ENTROPY_*
    MBEDTLS_ERR_ERROR_* MBEDTLS_ERR_HMAC_* MBEDTLS_ERR_MPI_* MBEDTLS_ERR_OID_* MBEDTLS_ERR_PLATFORM_* MBEDTLS_ERR_RSA_*
    MBEDTLS_HKDF_C MBEDTLS_KEY_EXCHANGE_DHE_* MBEDTLS_KEY_EXCHANGE_ECDH_* MBEDTLS_KEY_EXCHANGE_RSA_*
    MBEDTLS_OID_C MBEDTLS_PKCS1_* MBEDTLS_PK_ECDSA MBEDTLS_PK_ECKEY MBEDTLS_PK_OPAQUE MBEDTLS_PK_RSA
    MBEDTLS_PK_RSASSA_PSS MBEDTLS_PK_RSA_ALT_SUPPORT MBEDTLS_RSA_SALT_LEN_ANY MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT
    MBEDTLS_SSL_TLS1_3_SIGNAL_* MBEDTLS_TLS_DHE_* MBEDTLS_TLS_ECDH_* MBEDTLS_TLS_RSA_* mbedtls_aes_*
    mbedtls_asn1_get_mpi mbedtls_cipher_get_* mbedtls_ctr_* mbedtls_dhm_* mbedtls_ecdh_get_* mbedtls_ecp_group
    mbedtls_ecp_keypair_* mbedtls_ecp_point mbedtls_entropy_* mbedtls_gcm_init mbedtls_gcm_setkey
    mbedtls_high_level_strerr mbedtls_hkdf mbedtls_hmac_* mbedtls_low_level_strerr mbedtls_mpi_*
    mbedtls_oid_get_attr_short_name mbedtls_oid_get_oid_*
    mbedtls_pk_can_do mbedtls_pk_can_do_ext mbedtls_pk_ec mbedtls_pk_get_len mbedtls_pk_get_name mbedtls_pk_get_type
    mbedtls_pk_info_from_type mbedtls_pk_rsa mbedtls_pk_rsassa_pss_options mbedtls_pk_setup mbedtls_pk_setup_*
    mbedtls_pk_type_t mbedtls_rsa_* mbedtls_sha1 mbedtls_sha256 mbedtls_sha256_init mbedtls_sha256_starts
    mbedtls_sha256_update mbedtls_sha256_finish mbedtls_sha512 mbedtls_ssl_async_decrypt_t mbedtls_ssl_conf_curves
    mbedtls_ssl_conf_dh_* mbedtls_ssl_conf_max_version mbedtls_ssl_conf_min_version mbedtls_ssl_conf_rng
    mbedtls_ssl_conf_sig_hashes mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets
    mbedtls_x509write_crt_set_serial psa_generate_key_ext psa_close_key psa_open_key
""".split()
# New in 4.0:
ONLY_4 = """
    MBEDTLS_PK_SIGALG_* mbedtls_asn1_get_integer mbedtls_pk_can_do_psa mbedtls_pk_sigalg_t mbedtls_pk_wrap_psa
    mbedtls_platform_get_entropy mbedtls_platform_mutex_t psa_generate_key_iop_* psa_key_agreement
""".split()
# Newer than the oldest release of their line, so in no list that 4.0 gives:
NEWER = "mbedtls_ssl_get_fatal_alert mbedtls_ssl_get_supported_group_list MBEDTLS_SSL_IANA_TLS_GROUPS_INFO".split()


def is_part(path):
    return path.parent.name == "detail" and re.fullmatch(r"mbedtls(?:_\w+)?\.hpp", path.name) is not None


def fits(name, pattern):
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def names_in(folder):
    found = set()
    for path in folder.rglob("*.h"):
        if "private" not in path.relative_to(folder).parts:
            found |= set(NAME.findall(COMMENT.sub(" ", path.read_text(errors="replace"))))
    return found


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    prefix = os.environ.get("TLSPP_MBEDTLS4_PREFIX")
    unpacked = sorted((root / "subprojects").glob("mbedtls-3.*/include"))
    no_headers = None
    if not prefix:
        no_headers = "# SKIP TLSPP_MBEDTLS4_PREFIX names no Mbed TLS 4"
    elif not unpacked:
        no_headers = "# SKIP this build did not unpack the bundled Mbed TLS"

    headers = {}
    for path in sorted((root / "include").rglob("*.hpp")):
        if not is_part(path):
            code = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), path.read_text())
            headers[path.relative_to(root)] = TEXT.sub('""', code)

    def places(unwanted):
        """What is wrong where a name is met for which `unwanted` says why."""
        problems = []
        for path, code in headers.items():
            for number, line in enumerate(code.splitlines(), 1):
                names = set(NAME.findall(line)) | set(VERSION.findall(line))
                problems += [f"{path}:{number}: {name}: {why}" for name in names if (why := unwanted(name))]
        return "\n".join(sorted(problems)) or None

    def versions():
        return places(lambda name: VERSION.fullmatch(name) and "versions are compared in detail/mbedtls_*.hpp alone")

    def listed():
        lists = ((ONLY_3, "4.x does not have it"), (ONLY_4, "3.6 does not have it"), (NEWER, "4.0 does not have it"))
        return places(lambda name: next((why for patterns, why in lists
                                         if any(fits(name, pattern) for pattern in patterns)), None))

    def every():
        if no_headers:
            return no_headers
        three, four = names_in(unpacked[-1]), names_in(pathlib.Path(prefix, "include"))
        return places(lambda name: "4.x does not have it" if name in three - four else
                      "3.6 does not have it" if name in four - three else None)

    def up_to_date():
        if no_headers:
            return no_headers
        three, four = names_in(unpacked[-1]), names_in(pathlib.Path(prefix, "include"))
        problems = []
        for patterns, own, other in ((ONLY_3, three, four), (ONLY_4, four, three)):
            for pattern in patterns:
                if not any(fits(name, pattern) for name in own):
                    problems.append(f"{pattern}: neither line has it")
                problems += [f"{pattern}: both lines have {name}" for name in sorted(own & other)
                             if fits(name, pattern)]
        return "\n".join(problems) or None

    def parts():
        """The look-out itself: it has to find something in the files that it passes over."""
        text = "".join(path.read_text() for path in (root / "include").rglob("*.hpp") if is_part(path))
        found = set(NAME.findall(text))
        kinds = (("names of 3.6", ONLY_3), ("names of 4.x", ONLY_4), ("newer names", NEWER))
        missed = [what for what, patterns in kinds
                  if not any(fits(name, pattern) for name in found for pattern in patterns)]
        return f"detail/mbedtls*.hpp hold no {', no '.join(missed)}" if missed or not headers else None

    return checks.tap({"no other header compares versions of Mbed TLS": versions,
                       "no other header uses a listed name of one line": listed,
                       "detail/mbedtls*.hpp use names of both lines": parts,
                       "no other header uses any name of one line": every,
                       "the list holds names of one line": up_to_date})


sys.exit(main())
