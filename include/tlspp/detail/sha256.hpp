// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>

#include <array>
#include <cstddef>
#if !TLSPP_HAS_PSA
#include <mbedtls/sha256.h>
#endif

namespace tlspp::inline TLSPP_ABI {

/// A SHA-256 hash.
using sha256_digest = std::array<std::byte, 32>;

namespace detail {
inline result<sha256_digest> sha256(bytes data) noexcept {
    sha256_digest digest{};
    auto* const out = reinterpret_cast<unsigned char*>(digest.data());
#if TLSPP_HAS_PSA
    std::size_t size = 0;
    int code = psa_start();
    if (code == 0) {
        code =
            static_cast<int>(psa_hash_compute(PSA_ALG_SHA_256, data.uchars(), data.size(), out, digest.size(), &size));
    }
#else
    int const code = mbedtls_sha256(data.uchars(), data.size(), out, 0);
#endif
    if (code != 0) {
        return std::unexpected(
            error(is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code));
    }
    return digest;
}
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
