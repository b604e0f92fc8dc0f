// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_build.hpp>

/// \file
/// The part of `mbedtls.hpp` that asks the library itself: its version, and whether it belongs to the headers.
namespace tlspp::inline TLSPP_ABI::detail {

/// The version of the headers: 0xMMNNPP00.
inline constexpr std::uint32_t headers_number = MBEDTLS_VERSION_NUMBER;

/// That of the library; without MBEDTLS_VERSION_C, in whose absence nobody can ask, that of the headers.
inline std::uint32_t library_number() noexcept {
#if defined(MBEDTLS_VERSION_C)
    return mbedtls_version_get_number();
#else
    return headers_number;
#endif
}

/// The name and version of the library at run time, "Mbed TLS 3.6.7"; `out` has room for 18 characters and a NUL.
inline void library_text(char (&out)[24]) noexcept {
#if defined(MBEDTLS_VERSION_C) && MBEDTLS_VERSION_NUMBER >= 0x04000000
    const char* const text = mbedtls_version_get_string_full();
#elif defined(MBEDTLS_VERSION_C)
    char text[18]; // what Mbed TLS asks for
    mbedtls_version_get_string_full(text);
#else
    const char* const text = MBEDTLS_VERSION_STRING_FULL;
#endif
    std::size_t n = 0;
    for (; n + 1 != sizeof out && text[n] != '\0'; ++n) {
        out[n] = text[n];
    }
    out[n] = '\0';
}

/// Headers and library must be of one version and one configuration, or structures differ in size without a word.
enum class library_match : unsigned char { same, other_version, other_threading, other_configuration };

#if defined(MBEDTLS_VERSION_C) && defined(MBEDTLS_VERSION_FEATURES)
/// Macros that change what `mbedtls_ssl_context`, `_config` and `_x509_crt` hold, as the headers have them.
struct layout_macro {
    const char* name;
    bool defined;
};
inline constexpr layout_macro layout_macros[] = {
#if defined(MBEDTLS_SSL_RENEGOTIATION)
    {"MBEDTLS_SSL_RENEGOTIATION", true},
#else
    {"MBEDTLS_SSL_RENEGOTIATION", false},
#endif
#if defined(MBEDTLS_SSL_PROTO_DTLS)
    {"MBEDTLS_SSL_PROTO_DTLS", true},
#else
    {"MBEDTLS_SSL_PROTO_DTLS", false},
#endif
#if defined(MBEDTLS_SSL_ALPN)
    {"MBEDTLS_SSL_ALPN", true},
#else
    {"MBEDTLS_SSL_ALPN", false},
#endif
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
    {"MBEDTLS_SSL_ASYNC_PRIVATE", true},
#else
    {"MBEDTLS_SSL_ASYNC_PRIVATE", false},
#endif
    {"MBEDTLS_SSL_PROTO_TLS1_3", build::tls1_3},
    {"MBEDTLS_SSL_EARLY_DATA", build::early_data},
    {"MBEDTLS_SSL_SESSION_TICKETS", build::tickets},
};
#endif

inline library_match compare_library() noexcept {
#if defined(MBEDTLS_VERSION_C)
    if (mbedtls_version_get_number() != MBEDTLS_VERSION_NUMBER) {
        return library_match::other_version;
    }
#if defined(MBEDTLS_VERSION_FEATURES)
    // 4.x keeps threading in the crypto library's configuration, which does not tell
    bool const threads = mbedtls_version_check_feature("MBEDTLS_THREADING_C") == 0;
    if (!mbedtls4 && threads != build::threads) {
        return library_match::other_threading;
    }
    for (auto const& macro : layout_macros) {
        if ((mbedtls_version_check_feature(macro.name) == 0) != macro.defined) {
            return library_match::other_configuration;
        }
    }
#endif
#endif
    return library_match::same;
}
} // namespace tlspp::inline TLSPP_ABI::detail
