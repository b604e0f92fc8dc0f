// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/protocol.hpp>

#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// Content types of records (RFC 8446 §5.1).
enum class record_type : std::uint8_t {
    change_cipher_spec = 20, ///< TLS 1.2: what follows is encrypted; in TLS 1.3 without meaning
    alert = 21,              ///< an alert
    handshake = 22,          ///< messages of a handshake
    application_data = 23,   ///< in TLS 1.3 also everything else that is encrypted
};

/// Which way a message went.
enum class direction : std::uint8_t {
    sent,     ///< to the peer
    received, ///< from the peer
};

/// One message of a handshake, as the inspector saw it pass. It holds no content of the message, and no secret.
struct trace_record {
    tlspp::role role = role::client; ///< of the side that watches
    /// Which way it went.
    tlspp::direction direction = direction::sent;
    /// What the record carries.
    record_type record = record_type::handshake;
    /// The number of the handshake message (RFC 8446 §4; 6 for HelloRetryRequest), or the description of the alert; 0
    /// where it is encrypted, but for Finished of TLS 1.2, which is all that can come there.
    std::uint8_t type = 0;
    /// Whether its content was encrypted, so that only its length is known.
    bool encrypted = false;
    std::uint32_t length = 0;         ///< bytes of the message without its header; encrypted: of the record
    std::int64_t milliseconds = 0;    ///< since some moment in the past; 0 where the target has no clock
    const void* connection = nullptr; ///< tells connections apart; not to be followed

    /// Who sent it.
    constexpr tlspp::role sender() const noexcept {
        bool const client = (role == tlspp::role::client) == (direction == tlspp::direction::sent);
        return client ? tlspp::role::client : tlspp::role::server;
    }
};

/// The message's name as the RFCs spell it: `ClientHello`, `ChangeCipherSpec`, `Alert`; `encrypted` where nobody can
/// tell, `unknown` for numbers without a name.
constexpr std::string_view name(const trace_record& r) noexcept {
    switch (r.record) {
    case record_type::change_cipher_spec:
        return "ChangeCipherSpec";
    case record_type::alert:
        return "Alert";
    case record_type::application_data:
        return "encrypted";
    case record_type::handshake:
        break;
    }
    switch (r.type) {
    case 0:
        return r.encrypted ? "encrypted" : "HelloRequest";
    case 1:
        return "ClientHello";
    case 2:
        return "ServerHello";
    case 4:
        return "NewSessionTicket";
    case 6:
        return "HelloRetryRequest";
    case 8:
        return "EncryptedExtensions";
    case 11:
        return "Certificate";
    case 12:
        return "ServerKeyExchange";
    case 13:
        return "CertificateRequest";
    case 14:
        return "ServerHelloDone";
    case 15:
        return "CertificateVerify";
    case 16:
        return "ClientKeyExchange";
    case 20:
        return "Finished";
    case 22:
        return "CertificateStatus";
    default:
        return "unknown";
    }
}
} // namespace tlspp::inline TLSPP_ABI
