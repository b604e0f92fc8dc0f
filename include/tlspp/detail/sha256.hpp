// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls_hash.hpp>
#include <tlspp/error.hpp>

#include <array>
#include <cstddef>

namespace tlspp::inline TLSPP_ABI {

/// A SHA-256 hash.
using sha256_digest = std::array<std::byte, 32>;

namespace detail {
inline result<sha256_digest> sha256(bytes data) noexcept {
    sha256_digest digest{};
    int const code = sha256_of(data.uchars(), data.size(), reinterpret_cast<unsigned char*>(digest.data()));
    if (code != 0) {
        return std::unexpected(
            error(is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code));
    }
    return digest;
}
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
