// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// A TLS version, with its number on the wire. Older ones are not offered by Mbed TLS.
enum class version : std::uint16_t {
    tls1_2 = 0x0303, ///< RFC 5246
    tls1_3 = 0x0304, ///< RFC 8446
};

/// As Python and OpenSSL print it: `TLSv1.2`, `TLSv1.3`.
constexpr std::string_view name(version v) noexcept { return v == version::tls1_3 ? "TLSv1.3" : "TLSv1.2"; }

/// Which side of a connection.
enum class role : std::uint8_t {
    client, ///< the side that connects, and judges the server
    server, ///< the side that accepts
};
} // namespace tlspp::inline TLSPP_ABI
