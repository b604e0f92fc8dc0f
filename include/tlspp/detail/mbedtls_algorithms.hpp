// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

/// \file
/// The part of `mbedtls.hpp` that knows which groups and signature algorithms the build holds. 4.1 has a list of the
/// groups; otherwise 4.x says it by `PSA_WANT_*`, and 3.6 does so only where it has PSA, and by its own macros
/// everywhere.
namespace tlspp::inline TLSPP_ABI::detail {

#if MBEDTLS_VERSION_NUMBER >= 0x04010000
consteval bool lists_group(std::uint16_t id) noexcept {
    constexpr mbedtls_ssl_iana_tls_group_info_t groups[] = MBEDTLS_SSL_IANA_TLS_GROUPS_INFO;
    for (auto const& group : groups) {
        if (group.tls_id == id) {
            return group.is_supported != 0;
        }
    }
    return false;
}

struct built_group {
#if defined(PSA_WANT_ALG_FFDH)
    static constexpr bool ffdh = build::tls1_3;
#else
    static constexpr bool ffdh = false;
#endif
    static constexpr bool secp256r1 = lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1);
    static constexpr bool secp384r1 = lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1);
    static constexpr bool secp521r1 = lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1);
    static constexpr bool brainpoolP256r1 = build::tls1_2 && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_BP256R1);
    static constexpr bool brainpoolP384r1 = build::tls1_2 && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_BP384R1);
    static constexpr bool brainpoolP512r1 = build::tls1_2 && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_BP512R1);
    static constexpr bool x25519 = lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_X25519);
    static constexpr bool x448 = lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_X448);
    static constexpr bool ffdhe2048 = ffdh && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE2048);
    static constexpr bool ffdhe3072 = ffdh && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE3072);
    static constexpr bool ffdhe4096 = ffdh && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE4096);
    static constexpr bool ffdhe6144 = ffdh && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE6144);
    static constexpr bool ffdhe8192 = ffdh && lists_group(MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE8192);
};
#else
struct built_group {
#if defined(PSA_WANT_ECC_SECP_R1_256) || defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED)
    static constexpr bool secp256r1 = true;
#else
    static constexpr bool secp256r1 = false;
#endif
#if defined(PSA_WANT_ECC_SECP_R1_384) || defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED)
    static constexpr bool secp384r1 = true;
#else
    static constexpr bool secp384r1 = false;
#endif
#if defined(PSA_WANT_ECC_SECP_R1_521) || defined(MBEDTLS_ECP_DP_SECP521R1_ENABLED)
    static constexpr bool secp521r1 = true;
#else
    static constexpr bool secp521r1 = false;
#endif
#if defined(PSA_WANT_ECC_BRAINPOOL_P_R1_256) || defined(MBEDTLS_ECP_DP_BP256R1_ENABLED)
    static constexpr bool brainpoolP256r1 = build::tls1_2;
#else
    static constexpr bool brainpoolP256r1 = false;
#endif
#if defined(PSA_WANT_ECC_BRAINPOOL_P_R1_384) || defined(MBEDTLS_ECP_DP_BP384R1_ENABLED)
    static constexpr bool brainpoolP384r1 = build::tls1_2;
#else
    static constexpr bool brainpoolP384r1 = false;
#endif
#if defined(PSA_WANT_ECC_BRAINPOOL_P_R1_512) || defined(MBEDTLS_ECP_DP_BP512R1_ENABLED)
    static constexpr bool brainpoolP512r1 = build::tls1_2;
#else
    static constexpr bool brainpoolP512r1 = false;
#endif
#if defined(PSA_WANT_ECC_MONTGOMERY_255) || defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED)
    static constexpr bool x25519 = true;
#else
    static constexpr bool x25519 = false;
#endif
#if defined(PSA_WANT_ECC_MONTGOMERY_448) || defined(MBEDTLS_ECP_DP_CURVE448_ENABLED)
    static constexpr bool x448 = true;
#else
    static constexpr bool x448 = false;
#endif
#if defined(PSA_WANT_ALG_FFDH) && defined(PSA_WANT_DH_RFC7919_2048)
    static constexpr bool ffdhe2048 = build::tls1_3;
#else
    static constexpr bool ffdhe2048 = false;
#endif
#if defined(PSA_WANT_ALG_FFDH) && defined(PSA_WANT_DH_RFC7919_3072)
    static constexpr bool ffdhe3072 = build::tls1_3;
#else
    static constexpr bool ffdhe3072 = false;
#endif
#if defined(PSA_WANT_ALG_FFDH) && defined(PSA_WANT_DH_RFC7919_4096)
    static constexpr bool ffdhe4096 = build::tls1_3;
#else
    static constexpr bool ffdhe4096 = false;
#endif
#if defined(PSA_WANT_ALG_FFDH) && defined(PSA_WANT_DH_RFC7919_6144)
    static constexpr bool ffdhe6144 = build::tls1_3;
#else
    static constexpr bool ffdhe6144 = false;
#endif
#if defined(PSA_WANT_ALG_FFDH) && defined(PSA_WANT_DH_RFC7919_8192)
    static constexpr bool ffdhe8192 = build::tls1_3;
#else
    static constexpr bool ffdhe8192 = false;
#endif
};
#endif

struct built_hash {
#if defined(PSA_WANT_ALG_SHA_256) || defined(MBEDTLS_SHA256_C)
    static constexpr bool sha256 = true;
#else
    static constexpr bool sha256 = false;
#endif
#if defined(PSA_WANT_ALG_SHA_384) || defined(MBEDTLS_SHA384_C)
    static constexpr bool sha384 = true;
#else
    static constexpr bool sha384 = false;
#endif
#if defined(PSA_WANT_ALG_SHA_512) || defined(MBEDTLS_SHA512_C)
    static constexpr bool sha512 = true;
#else
    static constexpr bool sha512 = false;
#endif
};

struct built_scheme {
#if defined(PSA_WANT_ALG_ECDSA) || defined(MBEDTLS_ECDSA_C)
    static constexpr bool ecdsa = true;
#else
    static constexpr bool ecdsa = false;
#endif
#if defined(PSA_WANT_ALG_RSA_PKCS1V15_SIGN) || (defined(MBEDTLS_RSA_C) && defined(MBEDTLS_PKCS1_V15))
    static constexpr bool rsa_pkcs1 = build::tls1_2;
#else
    static constexpr bool rsa_pkcs1 = false;
#endif
#if defined(MBEDTLS_X509_RSASSA_PSS_SUPPORT)
    static constexpr bool rsa_pss = build::tls1_3;
#else
    static constexpr bool rsa_pss = false;
#endif
    // Mbed TLS asks for the curve of an ECDSA scheme in TLS 1.2, too
    static constexpr bool ecdsa_sha256 = ecdsa && built_hash::sha256 && built_group::secp256r1;
    static constexpr bool ecdsa_sha384 = ecdsa && built_hash::sha384 && built_group::secp384r1;
    static constexpr bool ecdsa_sha512 = ecdsa && built_hash::sha512 && built_group::secp521r1;
    static constexpr bool rsa_pkcs1_sha256 = rsa_pkcs1 && built_hash::sha256;
    static constexpr bool rsa_pkcs1_sha384 = rsa_pkcs1 && built_hash::sha384;
    static constexpr bool rsa_pkcs1_sha512 = rsa_pkcs1 && built_hash::sha512;
    static constexpr bool rsa_pss_sha256 = rsa_pss && built_hash::sha256;
    static constexpr bool rsa_pss_sha384 = rsa_pss && built_hash::sha384;
    static constexpr bool rsa_pss_sha512 = rsa_pss && built_hash::sha512;
};
} // namespace tlspp::inline TLSPP_ABI::detail
