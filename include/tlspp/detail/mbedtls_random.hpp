// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_build.hpp>

/// \file
/// The part of `mbedtls.hpp` that starts PSA, and says where random numbers come from.
namespace tlspp::inline TLSPP_ABI::detail {

/// PSA has to be up before any key is parsed (4.x) or any TLS 1.3 handshake begins. Idempotent; never undone, because
/// it is shared by the whole process.
inline int psa_start() noexcept {
#if TLSPP_HAS_PSA
    return static_cast<int>(psa_crypto_init());
#else
    return 0;
#endif
}

#if TLSPP_HAS_PSA
/// The random source of all contexts that brought none: PSA's, which is seeded, and locked where there are threads.
inline int psa_random(void*, unsigned char* out, std::size_t size) noexcept {
    return static_cast<int>(psa_generate_random(out, size));
}
#endif

using random_function = int (*)(void*, unsigned char*, std::size_t);

/// Gives a configuration its random source; Mbed TLS 4 always takes PSA's.
inline void set_random([[maybe_unused]] mbedtls_ssl_config& config, [[maybe_unused]] random_function random,
                       [[maybe_unused]] void* context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    mbedtls_ssl_conf_rng(&config, random, context);
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
