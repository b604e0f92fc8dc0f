// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <cstdint>

namespace tlspp::inline TLSPP_ABI::detail {

/// Numbers of handshake messages (RFC 8446 §4, RFC 5246 §7.4).
enum class handshake_type : std::uint8_t {
    client_hello = 1,
    server_hello = 2,
    new_session_ticket = 4,
    hello_retry_request = 6, ///< never on the wire: a ServerHello with a random of its own (RFC 8446 §4.1.3)
    server_key_exchange = 12,
    server_hello_done = 14,
    client_key_exchange = 16,
    finished = 20,
};

/// Numbers of extensions (IANA, "TLS ExtensionType Values").
enum class extension : std::uint16_t {
    ec_point_formats = 11,
    extended_master_secret = 23,
    session_ticket = 35,
    pre_shared_key = 41,
    early_data = 42,
    supported_versions = 43,
    cookie = 44,
    key_share = 51,
    renegotiation_info = 0xFF01,
};

/// What a hello message has that the RFCs forbid and Mbed TLS accepts; later ones give way to earlier ones.
enum class hello_flaw : std::uint8_t {
    none,
    duplicate_extension,                       ///< RFC 8446 §4.2, RFC 5246 §7.4.1.4
    unsolicited_extension,                     ///< a ServerHello answers what was not asked (the same sections)
    compressed_point,                          ///< RFC 8422 §5.1.2, §5.4, §5.7: only uncompressed ones are left
    no_null_compression,                       ///< a ClientHello must offer it (RFC 5246 §7.4.1.2)
    resumption_without_extended_master_secret, ///< RFC 7627 §5.3
    session_id_echo,     ///< a full handshake of TLS 1.2 under the id that the client had offered (RFC 5246 §7.4.1.3)
    duplicate_key_share, ///< RFC 8446 §4.2.8
    other_key_share,     ///< not of the group that the HelloRetryRequest asked for (RFC 8446 §4.1.2)
    trailing_bytes,      ///< behind the extensions (RFC 8446 §6.2, decode_error)
    record_too_long,     ///< RFC 8446 §5.1, §5.2, §5.4; RFC 5246 §6.2
    record_too_late,     ///< in TLS 1.3, one in the clear behind the handshake (RFC 8446 §5)
};

/// The numbers of a message's extensions. Bounded: those beyond the room are not remembered.
class extension_set {
public:
    /// False where it was there already.
    bool add(std::uint16_t id) noexcept {
        if (contains(id)) {
            return false;
        }
        if (id < 64) {
            low_ |= std::uint64_t{1} << id;
        } else if (count_ != capacity) {
            high_[count_++] = id;
        }
        return true;
    }
    bool contains(std::uint16_t id) const noexcept {
        if (id < 64) {
            return (low_ >> id & 1U) != 0;
        }
        for (std::size_t i = 0; i != count_; ++i) {
            if (high_[i] == id) {
                return true;
            }
        }
        return false;
    }
    bool contains(extension id) const noexcept { return contains(static_cast<std::uint16_t>(id)); }

private:
    static constexpr std::size_t capacity = 12; // those of a browser with GREASE fit
    std::uint64_t low_ = 0;
    std::uint16_t high_[capacity] = {};
    std::uint8_t count_ = 0;
};

/// What the hello messages of one connection said in the clear, both flows together.
struct handshake_facts {
    extension_set asked;      ///< extensions of the last ClientHello
    std::uint8_t id[32] = {}; ///< session id of the last ClientHello
    std::uint8_t id_size = 0;
    std::uint16_t version = 0;           ///< negotiated: 0x0303 or 0x0304; 0 before the ServerHello
    std::uint16_t suite = 0;             ///< negotiated
    std::uint16_t group = 0;             ///< of the key agreement; 0 where there is none, or not yet
    std::uint16_t scheme = 0;            ///< of the server's signature, TLS 1.2 only
    bool psk = false;                    ///< TLS 1.3: the server took a pre-shared key, a ticket's or another
    bool retried = false;                ///< a HelloRetryRequest came
    bool extended_master_secret = false; ///< TLS 1.2, of the ServerHello
    bool id_echoed = false;              ///< TLS 1.2: the server took the client's session id
    bool full = false;                   ///< TLS 1.2: ServerHelloDone was seen, so this is no resumption
    bool abbreviated = false;            ///< TLS 1.2: ChangeCipherSpec followed the ServerHello at once
    bool legacy = false;                 ///< TLS 1.2: the ServerHello has no renegotiation_info (RFC 5746)
    bool offers_tls1_3 = false;          ///< by the last ClientHello
    bool offers_ticket = false;          ///< TLS 1.2: by the last ClientHello
    bool session_offered = false;        ///< set from outside, see `inspector::session_offered`

    /// The client wants to resume something. Not all of it shows: for old middleboxes clients of TLS 1.3 send a session
    /// id that belongs to nothing (RFC 8446 §D.4).
    bool offers_session() const noexcept {
        return session_offered || offers_ticket || (id_size != 0 && !offers_tls1_3) ||
               asked.contains(extension::pre_shared_key);
    }
    bool is_tls1_2() const noexcept { return version == 0x0303; }
    bool is_tls1_3() const noexcept { return version == 0x0304; }
    /// A session, or a pre-shared key, stood in for the server's certificate.
    bool resumed() const noexcept { return is_tls1_3() ? psk : abbreviated; }
};
} // namespace tlspp::inline TLSPP_ABI::detail
