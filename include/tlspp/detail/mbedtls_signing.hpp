// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

/// \file
/// The part of `mbedtls.hpp` that lets a callback sign: 3.6 has one for RSA keys, which works in both roles, and both
/// lines have one for servers, where they are built with it. All of them are for TLS 1.2 only.
#if defined(MBEDTLS_X509_CRT_PARSE_C)
namespace tlspp::inline TLSPP_ABI::detail {

/// Makes `key`, which is empty, stand for the RSA key that a callback signs with. \return 0 or Mbed TLS's code.
inline int wrap_rsa_signer([[maybe_unused]] mbedtls_pk_context& key, [[maybe_unused]] void* context,
                           [[maybe_unused]] int (*sign)(void*, int (*)(void*, unsigned char*, std::size_t), void*,
                                                        mbedtls_md_type_t, unsigned, const unsigned char*,
                                                        unsigned char*),
                           [[maybe_unused]] std::size_t (*length)(void*)) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_PK_RSA_ALT_SUPPORT)
    // no suite of this library's decrypts with the key
    auto* const decrypt = +[](void*, std::size_t*, const unsigned char*, unsigned char*, std::size_t) noexcept {
        return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
    };
    return mbedtls_pk_setup_rsa_alt(&key, context, decrypt, sign, length);
#else
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
#endif
}

/// What stands beside the certificate of a callback's. 3.6 wants a key that may be empty; 4.x looks for a private one in
/// it even where a callback signs, and does not look where there is none (4.0 and 4.1,
/// mbedtls_ssl_tls12_get_preferred_hash_for_sig_alg).
inline mbedtls_pk_context* key_beside_signer([[maybe_unused]] mbedtls_pk_context& key) noexcept {
    return mbedtls4 ? nullptr : &key;
}

#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
inline void set_async_signing(mbedtls_ssl_config& config, mbedtls_ssl_async_sign_t* start,
                              mbedtls_ssl_async_resume_t* resume, mbedtls_ssl_async_cancel_t* cancel) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    mbedtls_ssl_conf_async_private_cb(&config, start, nullptr, resume, cancel, nullptr);
#else
    mbedtls_ssl_conf_async_private_cb(&config, start, resume, cancel, nullptr);
#endif
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
