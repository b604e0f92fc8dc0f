// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/function.hpp>
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/option_list.hpp>

#include <span>
#include <string_view>

/// \file
/// Pre-shared keys (RFC 4279, RFC 5489, RFC 8446 §2.2): both sides know a secret, and no certificate is needed. Each
/// key needs at least 16 bytes from a random generator; a password is no key, since whoever saw a handshake can try
/// all passwords (RFC 9257 §4).
namespace tlspp::inline TLSPP_ABI {

/// The longest key that this build takes, in bytes.
inline constexpr std::size_t psk_longest_key = MBEDTLS_PSK_MAX_LEN;
/// The longest identity that is offered, in bytes.
inline constexpr std::size_t psk_longest_identity = 1024;

namespace detail {
/// The value of a switch that is off, in a build that can do what the switch is about.
template <bool Psk>
constexpr bool off_with_psk() noexcept {
    static_assert(Psk, "this build of Mbed TLS has no pre-shared keys: enable a PSK key exchange of TLS 1.2 or 1.3");
    return false;
}
} // namespace detail

/// What a client offers. Views; `create` copies them into memory that is zeroised before it is freed.
template <bool Psk>
struct basic_client_psk {
    /// Tells the server which key is meant; any bytes but none at all. Sent in the clear.
    std::string_view identity = {};
    /// The key itself, 1 to `psk_longest_key` bytes.
    bytes key = {};
    /// Also offers the key without a Diffie-Hellman exchange in TLS 1.3 (psk_ke): whoever learns the key later reads
    /// all that was ever recorded. For TLS 1.2 see `cipher_suite`.
    bool insecure_no_forward_secrecy = detail::off_with_psk<Psk>();
};

/// What `client_options::psk` holds.
using client_psk = basic_client_psk<detail::build::psk>;

/// One client's key. Views.
struct psk_entry {
    /// What the client names its key by; any bytes but none at all.
    std::string_view identity = {};
    /// The key itself, 1 to `psk_longest_key` bytes.
    bytes key = {};
};

/// Finds the key of an identity: writes it into the room, which has `psk_longest_key` bytes and is zeroised after use,
/// and returns its length, or 0 where there is none. Identities come from strangers: any bytes, of any length. What it
/// throws ends the handshake with `errc::callback`. It is called in the thread of the handshake, by several at once
/// where connections of one context run in several.
using psk_lookup = detail::function<std::size_t(std::string_view identity, std::span<std::byte> room)>;

/// What a server accepts: a table, a function, or both, the table first. Views in the table; `create` copies them into
/// memory that is zeroised before it is freed.
template <bool Psk>
struct basic_server_psk {
    /// The table. Default: empty.
    option_list<psk_entry> keys = {};
    /// Asked for identities that the table does not have. Default: nobody is.
    psk_lookup lookup = {};
    /// Also accepts keys without a Diffie-Hellman exchange in TLS 1.3 (psk_ke), where the client offers nothing else.
    bool insecure_no_forward_secrecy = detail::off_with_psk<Psk>();
};
/// What `server_options::psk` holds.
using server_psk = basic_server_psk<detail::build::psk>;
} // namespace tlspp::inline TLSPP_ABI
