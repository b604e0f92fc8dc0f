// SPDX-License-Identifier: BSL-1.0
#include <tlspp/error.hpp> // whose end has this header read, whichever of the two is included first
#ifndef TLSPP_DETAIL_SENTENCES_OF_CODES_HPP
#define TLSPP_DETAIL_SENTENCES_OF_CODES_HPP
#include <tlspp/verify_flags.hpp>

#include <string_view>

/// \file
/// What an error says that has no finer reason, and what to do about a chain that was refused.
namespace tlspp::inline TLSPP_ABI::detail {
#if TLSPP_SENTENCES

/// What failed. `{}` stands for the subject, where there is one.
struct sentence {
    std::string_view what;
    std::string_view advice;
};

constexpr sentence sentence_of(errc code) noexcept {
    switch (code) {
    case errc::want_read:
        return {"the operation waits for bytes from the peer", "call it again when the transport is readable"};
    case errc::want_write:
        return {"the operation waits for the transport to take bytes",
                "call it again, with the same data, when the transport is writable"};
    case errc::timed_out:
        return {"the deadline passed", "call again to go on, or give the connection up"};
    case errc::truncated:
        return {"the connection ended without close_notify, so data may be missing",
                "do not trust that what was received is complete"};
    case errc::closed:
        return {"this side has closed the connection", "do not write after shutdown()"};
    case errc::transport:
        return {"the transport failed", "make a new connection"};
    case errc::certificate_rejected:
        return {"the peer's certificate was rejected",
                "check the name you connect to, the trust store and the peer's chain"};
    case errc::no_certificate:
        return {"the peer sent no certificate", "a server asks for one where .client_auth says so"};
    case errc::alert_received:
        return {"the peer ended the connection with a fatal alert", "see the peer's log for the reason"};
    case errc::handshake_failed:
        return {"the handshake failed, because the two sides have no parameters in common",
                "compare versions, cipher suites, groups, signature algorithms and protocols of both sides"};
    case errc::protocol_violation:
        return {"the peer broke the TLS protocol", "make sure that the other side speaks TLS on this port"};
    case errc::out_of_memory:
        return {"out of memory", "enlarge the heap or pool that Mbed TLS allocates from"};
    case errc::invalid_argument:
        return {"an argument is not valid", "see the documentation of the function called"};
    case errc::misuse:
        return {"the call does not fit the state of the object", "see the documentation of the function called"};
    case errc::unsupported:
        return {"this build of Mbed TLS does not have what was asked for",
                "build Mbed TLS with it, or do not ask for it"};
    case errc::callback:
        return {"a callback of the application failed", "look at what it did: it told TLS no more than that"};
    case errc::file:
        return {"cannot read {}", "check the path, and that this user may read it"};
    case errc::malformed:
        return {"cannot parse {}", "check that it is a whole PEM or DER object of the right kind"};
    case errc::password:
        return {"cannot decrypt the private key {}", "check the password"};
    case errc::key_mismatch:
        return {"the private key does not belong to the certificate {}",
                "give the key that the certificate was made for"};
    case errc::no_trust:
        return {"there is no trust anchor to verify the peer with",
                "set .trust, install the system's CA certificates (package ca-certificates), or write .verify = "
                "verify_mode::insecure_none"};
    case errc::no_session:
        return {"there is no session of this connection that could be resumed",
                "in TLS 1.3 it comes after the handshake, with the first data that is read; some servers send none"};
    case errc::no_identity:
        return {"a server needs a certificate and a private key, or pre-shared keys", "set .identities or .psk"};
    case errc::invalid_name:
        return {"{} is not a server name", "give a host name or an IP address, without scheme, port or path"};
    case errc::resolve:
        return {"the host name {} has no address", "check its spelling and the name service"};
    case errc::library_mismatch:
        return {"the headers of Mbed TLS and the library linked do not belong together",
                "build against the headers that were installed with the library"};
    case errc::random:
        return {"the random source failed", "check the entropy source of this platform"};
    case errc::internal:
        return {"Mbed TLS reported an internal error", "please report it, with this text"};
    }
    return {"unknown error", ""};
}

/// What to do about a chain that was refused for these reasons; the first that explains the others counts.
constexpr std::string_view advice_for(verify_flags flags) noexcept {
    using enum verify_flag;
    if (flags.has(missing)) {
        return "give the peer a certificate, and check that it sends it";
    }
    if (flags.has(no_clock) || flags.has(not_yet_valid)) {
        return "check this machine's clock first";
    }
    if (flags.has(expired)) {
        return "have the peer's certificate renewed; if it looks current, check this machine's clock";
    }
    if (flags.has(revoked) || flags.has(distrusted)) {
        return "do not connect: whoever holds this key must not be trusted any more";
    }
    if (flags.has(not_trusted)) {
        return "put the CA that issued it into .trust, and check that the peer sends its intermediates, too";
    }
    if (flags.has(name_mismatch)) {
        return "connect to a name that the certificate has in subjectAltName, or have this one added";
    }
    if (flags.has(crl_missing) || flags.has(crl_expired) || flags.has(crl_not_yet_valid)) {
        return "give current lists of all issuers in .crls";
    }
    if (flags.has(pin_mismatch)) {
        return "the peer has another key than .pins knows: find out why before you change them";
    }
    if (flags.has(refused_by_callback)) {
        return "see what on_verify has against it";
    }
    if (flags.has(skipped)) {
        return "turn verification on";
    }
    return "have the certificate replaced by one that keeps the rules";
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
