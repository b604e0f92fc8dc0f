// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

/// \file
/// The part of `mbedtls.hpp` that checks signatures: of CRLs, for which Mbed TLS has no function of its own.
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#include <mbedtls/md.h>
#include <mbedtls/pk.h>

namespace tlspp::inline TLSPP_ABI::detail {

enum class signature_kind : unsigned char { none, rsa_pkcs1, rsa_pss, ecdsa };

/// Zero where the signature over this hash is good. Of RSA-PSS any salt length is taken, and MGF1 runs on the same
/// hash.
inline int verify_signature(mbedtls_pk_context& key, signature_kind scheme, mbedtls_md_type_t hash,
                            const unsigned char* digest, std::size_t digest_size, const unsigned char* signature,
                            std::size_t signature_size) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    switch (scheme) {
    case signature_kind::rsa_pkcs1:
        return mbedtls_pk_verify_ext(MBEDTLS_PK_RSA, nullptr, &key, hash, digest, digest_size, signature,
                                     signature_size);
    case signature_kind::ecdsa:
        return mbedtls_pk_verify_ext(MBEDTLS_PK_ECDSA, nullptr, &key, hash, digest, digest_size, signature,
                                     signature_size);
    case signature_kind::rsa_pss: {
#if defined(MBEDTLS_RSA_C) && defined(MBEDTLS_PKCS1_V21)
        mbedtls_pk_rsassa_pss_options const options{hash, MBEDTLS_RSA_SALT_LEN_ANY};
        return mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, &key, hash, digest, digest_size, signature,
                                     signature_size);
#else
        break;
#endif
    }
    case signature_kind::none:
        break;
    }
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
#else
    auto const type = scheme == signature_kind::rsa_pkcs1 ? MBEDTLS_PK_SIGALG_RSA_PKCS1V15
                      : scheme == signature_kind::rsa_pss ? MBEDTLS_PK_SIGALG_RSA_PSS
                      : scheme == signature_kind::ecdsa   ? MBEDTLS_PK_SIGALG_ECDSA
                                                          : MBEDTLS_PK_SIGALG_NONE;
    return mbedtls_pk_verify_ext(type, &key, hash, digest, digest_size, signature, signature_size);
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
