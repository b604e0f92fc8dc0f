// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_random.hpp>

/// \file
/// The part of `mbedtls.hpp` that hashes: by PSA, which both lines have; a 3.6 without PSA has functions of its own.
#if !TLSPP_HAS_PSA
#include <mbedtls/sha256.h>
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// SHA-256 of what comes in pieces. All functions return 0 or Mbed TLS's code; `finish` writes 32 bytes.
class sha256_state {
public:
#if TLSPP_HAS_PSA
    sha256_state() noexcept : state_(psa_hash_operation_init()) {}
    ~sha256_state() { (void)psa_hash_abort(&state_); }
    int start() noexcept {
        int const code = psa_start();
        return code != 0 ? code : static_cast<int>(psa_hash_setup(&state_, PSA_ALG_SHA_256));
    }
    int add(const unsigned char* data, std::size_t size) noexcept {
        return static_cast<int>(psa_hash_update(&state_, data, size));
    }
    int finish(unsigned char* out) noexcept {
        std::size_t size = 0;
        return static_cast<int>(psa_hash_finish(&state_, out, 32, &size));
    }
#else
    sha256_state() noexcept { mbedtls_sha256_init(&state_); }
    ~sha256_state() { mbedtls_sha256_free(&state_); }
    int start() noexcept { return mbedtls_sha256_starts(&state_, 0); }
    int add(const unsigned char* data, std::size_t size) noexcept { return mbedtls_sha256_update(&state_, data, size); }
    int finish(unsigned char* out) noexcept { return mbedtls_sha256_finish(&state_, out); }
#endif
    sha256_state(const sha256_state&) = delete;
    sha256_state& operator=(const sha256_state&) = delete;

private:
#if TLSPP_HAS_PSA
    psa_hash_operation_t state_;
#else
    mbedtls_sha256_context state_;
#endif
};

/// Of what is there at once.
inline int sha256_of(const unsigned char* data, std::size_t size, unsigned char* out) noexcept {
#if TLSPP_HAS_PSA
    std::size_t written = 0;
    int const code = psa_start();
    return code != 0 ? code : static_cast<int>(psa_hash_compute(PSA_ALG_SHA_256, data, size, out, 32, &written));
#else
    return mbedtls_sha256(data, size, out, 0);
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
