// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// How large records may be: what the build allows, as constants, and what a client may ask its server for.
namespace tlspp::inline TLSPP_ABI {

/// The most bytes of plaintext in one record that this build takes (`MBEDTLS_SSL_IN_CONTENT_LEN`); at most 16,384. It is
/// also the largest handshake message, so the limit for the chain that a peer sends. A peer that sends larger records is
/// refused: one that must not needs `max_fragment_length`, or a build with 16,384.
inline constexpr std::size_t largest_record_in = MBEDTLS_SSL_IN_CONTENT_LEN;
/// The most bytes of plaintext in one record that this build sends (`MBEDTLS_SSL_OUT_CONTENT_LEN`), and the limit for the
/// chain that it shows; `write_some` takes no more at once.
inline constexpr std::size_t largest_record_out = MBEDTLS_SSL_OUT_CONTENT_LEN;
/// Whether any record that a peer may send fits (RFC 8446 §5.1), so that nothing need be agreed on.
inline constexpr bool takes_every_record = largest_record_in >= 16384;
/// Whether a chain of certificates whose sizes in DER are these fits into what the build takes (`largest_record_in`) or,
/// of one's own, sends (`largest_record_out`), in either version of TLS: `static_assert(chain_fits(largest_record_in,
/// sizeof leaf, sizeof intermediate))`.
template <class... Sizes>
constexpr bool chain_fits(std::size_t limit, Sizes... sizes) noexcept {
    std::size_t message = 4 + 1 + 3; // header, context, length of the list
    ((message += 3 + static_cast<std::size_t>(sizes) + 2), ...);
    return message <= limit;
}
/// Whether TLS 1.3 tells peers the limit (RFC 8449, `MBEDTLS_SSL_RECORD_SIZE_LIMIT`): by itself, and it is
/// `largest_record_in`.
#if defined(MBEDTLS_SSL_RECORD_SIZE_LIMIT)
inline constexpr bool has_record_size_limit = true;
#else
inline constexpr bool has_record_size_limit = false;
#endif
/// Whether clients can ask for short records in TLS 1.2, and servers grant it.
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
inline constexpr bool has_max_fragment_length = true;
#else
inline constexpr bool has_max_fragment_length = false;
#endif

/// What a client asks for in TLS 1.2: no record with more plaintext than this, in both directions (RFC 6066 §4).
enum class fragment_length : std::uint8_t {
    unlimited = 0,  ///< nothing is asked for
    bytes_512 = 1,  ///< 512 bytes
    bytes_1024 = 2, ///< 1,024 bytes
    bytes_2048 = 3, ///< 2,048 bytes
    bytes_4096 = 4, ///< 4,096 bytes
};

namespace detail {
/// The value of `max_fragment_length`; in a build without it, anything but the default does not compile.
template <bool Built = has_max_fragment_length>
class fragment_option {
public:
    constexpr fragment_option() noexcept = default;
    template <class Given>
        requires std::is_same_v<Given, fragment_length>
    constexpr fragment_option(Given length) noexcept : value_(length) { // NOLINT: it stands for its value
        static_assert(Built, "max_fragment_length needs MBEDTLS_SSL_MAX_FRAGMENT_LENGTH in the Mbed TLS configuration");
    }
    constexpr fragment_length value() const noexcept { return value_; }

private:
    fragment_length value_ = fragment_length::unlimited;
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
