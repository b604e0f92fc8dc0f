// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_random.hpp>

/// \file
/// The part of `mbedtls.hpp` that reads private keys, and compares them with public ones: 3.6 wants a random source
/// for that; and what keys are for.
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/oid.h> // the kinds of extensions
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// Parses a private key; `password` may be null.
inline int parse_key(mbedtls_pk_context& key, const unsigned char* data, std::size_t size,
                     const unsigned char* password, std::size_t password_size, [[maybe_unused]] random_function random,
                     [[maybe_unused]] void* random_context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_pk_parse_key(&key, data, size, password, password_size, random, random_context);
#else
    return mbedtls_pk_parse_key(&key, data, size, password, password_size);
#endif
}

#if TLSPP_HAS_PSA
/// Makes `key`, which is empty, stand for a key that PSA keeps.
inline int wrap_psa_key([[maybe_unused]] mbedtls_pk_context& key, [[maybe_unused]] mbedtls_svc_key_id_t id) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
    return mbedtls_pk_wrap_psa(&key, id);
#elif defined(MBEDTLS_USE_PSA_CRYPTO)
    return mbedtls_pk_setup_opaque(&key, id);
#else
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
#endif
}
#endif

inline bool has_key_usage(const mbedtls_x509_crt& crt) noexcept {
    return mbedtls_x509_crt_has_ext_type(&crt, MBEDTLS_X509_EXT_KEY_USAGE) != 0;
}
/// The octets of a certificate's keyUsage, the first one lowest; no accessor gives them as a whole.
inline unsigned key_usage_octets(const mbedtls_x509_crt& crt) noexcept { return crt.MBEDTLS_PRIVATE(key_usage); }

/// Zero where `public_key` belongs to `private_key`.
inline int check_pair(const mbedtls_pk_context& public_key, const mbedtls_pk_context& private_key,
                      [[maybe_unused]] random_function random, [[maybe_unused]] void* random_context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_pk_check_pair(&public_key, &private_key, random, random_context);
#else
    return mbedtls_pk_check_pair(&public_key, &private_key);
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
