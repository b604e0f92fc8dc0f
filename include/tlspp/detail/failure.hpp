// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/core.hpp>

/// \file
/// From a return code of Mbed TLS's and what the connection knows to an `error`, and to the alert that tells the peer.
namespace tlspp::inline TLSPP_ABI::detail {

/// All that verification found: by our checks, and by those that Mbed TLS makes after them (keyUsage of the leaf).
inline verify_flags found_by_verification([[maybe_unused]] const core& c) noexcept {
#if TLSPP_HAS_X509
    return c.verifier.flags(mbedtls_ssl_get_verify_result(&c.ssl));
#else
    return {};
#endif
}

/// The certificate that the peer sent, or that Mbed TLS has of it from a session, in DER; empty where there is none.
inline bytes certificate_of_peer([[maybe_unused]] const core& c) noexcept {
#if TLSPP_HAS_X509
    if (auto const* const peer = mbedtls_ssl_get_peer_cert(&c.ssl); peer != nullptr) {
        return bytes_of(peer->raw);
    }
#endif
    return {};
}

/// What to call a failure, or nothing. Small enough for a register, which an `error` is not: that is made at the end, in
/// one place.
class finding {
public:
    constexpr finding() noexcept = default;
    constexpr finding(errc what, reason why = reason::none) noexcept // NOLINT: `return {what, why}`
        : bits_(static_cast<std::uint16_t>(static_cast<unsigned>(why) << 8 | static_cast<unsigned>(what))) {}

    constexpr explicit operator bool() const noexcept { return bits_ != 0; }
    constexpr errc what() const noexcept { return static_cast<errc>(bits_ & 0xFFU); }
    constexpr reason why() const noexcept { return static_cast<reason>(bits_ >> 8); }

private:
    std::uint16_t bits_ = 0;
};

/// What the inspector found.
inline finding classify_flaw(hello_flaw flaw) noexcept {
    switch (flaw) {
    case hello_flaw::duplicate_extension:
        return {errc::protocol_violation, reason::duplicate_extension};
    case hello_flaw::unsolicited_extension:
        return {errc::protocol_violation, reason::unsolicited_extension};
    case hello_flaw::compressed_point:
        return {errc::protocol_violation, reason::compressed_point};
    case hello_flaw::no_null_compression:
        return {errc::protocol_violation, reason::no_null_compression};
    case hello_flaw::resumption_without_extended_master_secret:
        return {errc::handshake_failed, reason::resumption_without_extended_master_secret};
    case hello_flaw::session_id_echo:
        return {errc::protocol_violation, reason::session_id_echo};
    case hello_flaw::duplicate_key_share:
    case hello_flaw::other_key_share:
        return {errc::protocol_violation, reason::key_share_wrong};
    case hello_flaw::trailing_bytes:
        return {errc::protocol_violation, reason::hello_trailing_bytes};
    case hello_flaw::record_too_long:
        return {errc::protocol_violation, reason::record_too_long};
    case hello_flaw::record_too_late:
        return {errc::protocol_violation, reason::record_too_late};
    case hello_flaw::none:
        break;
    }
    return {errc::internal};
}

inline finding classify_trouble(const core& c) noexcept {
    using kind = io_trouble::kind;
    switch (c.trouble.what) {
    case kind::threw:
        return {errc::callback, reason::callback_threw};
    case kind::no_memory:
        return {errc::out_of_memory};
    case kind::flood:
        return {errc::protocol_violation, reason::too_many_records};
    case kind::flaw:
        return classify_flaw(c.watch.inside().flaw());
    case kind::timed_out:
    case kind::reset:
    case kind::system:
    case kind::none:
        break;
    }
    bool const reset = c.trouble.what == kind::reset;
    if (reset && c.watch.saw_fatal_alert()) {
        return {errc::alert_received};
    }
    return {errc::transport, reset ? reason::connection_reset : reason::none};
}

/// What a server that cannot use a pre-shared key says: RFC 4279 §2, and the broken Finished or binder, for which
/// OpenSSL has illegal_parameter.
inline bool is_about_psk(alert a) noexcept {
    return a == alert::unknown_psk_identity || a == alert::decrypt_error || a == alert::bad_record_mac ||
           a == alert::illegal_parameter;
}

/// The number of the alert that ended the connection; negative: nobody saw it.
inline int alert_of_peer(const core& c) noexcept {
    int const received = received_alert(c.ssl);
    return received < 0 && c.watch.saw_fatal_alert() ? c.watch.alert_description() : received;
}

inline finding classify_received_alert(const core& c) noexcept {
    auto const& context = *c.context;
    int const received = alert_of_peer(c);
    bool const psk = received >= 0 && context.is_client() && context.psk_for != psk_use::none &&
                     c.at != core::stage::open && is_about_psk(static_cast<alert>(received));
    return {errc::alert_received, psk ? reason::psk_refused : reason::none};
}

/// What became of the client's pre-shared key, where that ended the handshake.
inline finding find_psk_failure([[maybe_unused]] const core& c, [[maybe_unused]] int code) noexcept {
#if TLSPP_HAS_PSK && defined(MBEDTLS_SSL_SRV_C)
    using state = psk_trace::state;
    switch (c.psk.at) {
    case state::threw:
        return {errc::callback, reason::callback_threw};
    case state::bad_size:
        return {errc::callback, reason::psk_bad_lookup};
    case state::no_memory:
        return {errc::out_of_memory};
    case state::unknown:
        if (c.context->psk_for == psk_use::only || code == MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY) {
            return {errc::handshake_failed, reason::psk_unknown_identity};
        }
        break;
    case state::found:
        // TLS 1.2: the Finished cannot be decrypted; TLS 1.3: the binder is wrong
        if (code == MBEDTLS_ERR_SSL_INVALID_MAC || code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE) {
            return {errc::handshake_failed, reason::psk_wrong_key};
        }
        break;
    case state::not_asked:
        break;
    }
#endif
    return {};
}

/// Of an identity whose key a callback signs with.
inline finding find_signer_failure([[maybe_unused]] int code) noexcept {
#if TLSPP_HAS_X509
    switch (build::signer ? code : 0) {
    case code_signer_threw:
        return {errc::callback, reason::callback_threw};
    case code_signer_failed:
        return {errc::callback, reason::signer_failed};
    case code_signer_length:
        return {errc::callback, reason::signer_length};
    case code_signer_wrong:
        return {errc::callback, reason::signer_wrong};
    default:
        break;
    }
#endif
    return {};
}

/// What is told by the code, the stage and the version alone.
inline finding find_failure(const core& c, int code) noexcept {
    bool const in_handshake = c.at != core::stage::open;
    bool const client = c.context->is_client();
    bool const tls1_3 = negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) { // anywhere but in read_some
        return {errc::truncated, reason::silent_end};
    }
    if (code == MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL && c.context->require_alpn) {
        return {errc::handshake_failed, reason::alpn_none_agreed};
    }
    if (c.watch.not_tls()) {
        return {errc::protocol_violation, reason::not_tls};
    }
    if (code == code_random_failed || is_random_failure(code)) {
        return {errc::random};
    }
    if (code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE && client && c.watch.inside().facts().legacy &&
        !c.context->insecure_legacy_server) {
        return {errc::handshake_failed, reason::no_secure_renegotiation};
    }
    if (code == MBEDTLS_ERR_SSL_INVALID_MAC && tls1_3) {
        if (in_handshake && !client) {
            return {errc::handshake_failed, reason::undecipherable_answer};
        }
        // a server of Mbed TLS's says so under the keys of the handshake, which the client has put away
        if (!in_handshake && client && !c.watch.progressed()) {
            return {errc::handshake_failed, reason::refused_afterwards};
        }
    }
    if (code == MBEDTLS_ERR_SSL_INVALID_MAC && !in_handshake) {
        return {errc::protocol_violation, reason::record_damaged};
    }
    if (code == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE && !in_handshake && tls1_3) {
        return {errc::protocol_violation, reason::key_update};
    }
    static constexpr struct {
        std::int16_t code;
        errc what;
    } known[] = {
        {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY, errc::handshake_failed},
        {MBEDTLS_ERR_SSL_INTERNAL_ERROR, errc::internal},
        {MBEDTLS_ERR_SSL_BAD_INPUT_DATA, errc::internal},
        {MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL, errc::internal},
        {MBEDTLS_ERR_SSL_COUNTER_WRAPPING, errc::internal},
        {MBEDTLS_ERR_SSL_HW_ACCEL_FAILED, errc::internal},
    };
    for (auto const& one : known) {
        if (one.code == code) {
            return one.what;
        }
    }
    return {errc::protocol_violation};
}

inline finding find_cause(const core& c, int code) noexcept {
    bool const in_handshake = c.at != core::stage::open;
    if (code == code_trouble) {
        return classify_trouble(c);
    }
    if (code == MBEDTLS_ERR_SSL_CONN_EOF || (code == 0 && c.end_seen)) {
        return {errc::truncated, in_handshake ? reason::silent_end : reason::none};
    }
    // a TLS 1.3 client refuses a certificate before it has keys to send with: Mbed TLS tries to decrypt its plain alert
    bool const plain_alert = in_handshake && code == MBEDTLS_ERR_SSL_INVALID_MAC && c.watch.saw_fatal_alert();
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE || plain_alert) {
        return classify_received_alert(c);
    }
    if (is_out_of_memory(code)) {
        return {errc::out_of_memory};
    }
    if (finding const about_signer = find_signer_failure(code)) {
        return about_signer;
    }
    if (finding const about_psk = find_psk_failure(c, code); in_handshake && about_psk) {
        return about_psk;
    }
#if TLSPP_HAS_X509
    if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE) {
        return {errc::no_certificate, reason::client_sent_none};
    }
    if (is_verification_failure(code) || code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE) {
        return c.verifier.verdict().threw ? finding{errc::callback, reason::callback_threw}
                                          : finding{errc::certificate_rejected};
    }
    if (in_handshake && is_unreadable_certificate(code)) {
        return {errc::certificate_rejected, reason::peer_certificate_unreadable};
    }
#endif
    return find_failure(c, code);
}

#if TLSPP_HAS_X509
/// What spoke against the peer's certificate.
inline verify_flags refused_for(const core& c, finding f, int code) noexcept {
    if (f.why() == reason::client_sent_none) {
        return verify_flag::missing;
    }
    if (f.why() == reason::peer_certificate_unreadable) {
        return is_unknown_critical_extension(code) ? verify_flag::unknown_critical : verify_flag::other;
    }
    return c.verifier.against(mbedtls_ssl_get_verify_result(&c.ssl));
}
#endif

/// Only for codes that end the connection.
inline error classify(const core& c, int code) noexcept {
    if (build::server && build::sni && code == code_hello_ended) {
        return c.gate->why;
    }
    finding const f = find_cause(c, code);
    bool const coded = code != code_trouble && code != MBEDTLS_ERR_SSL_CONN_EOF && f.what() != errc::callback;
    error e{f.what(), f.why(), coded ? code : 0};
    if (f.what() == errc::alert_received) {
        int const received = alert_of_peer(c);
        return received < 0 ? e : e.with(static_cast<alert>(received));
    }
    if (f.what() == errc::transport) {
        return e.with_system(c.trouble.system);
    }
#if TLSPP_HAS_X509
    if (f.what() == errc::certificate_rejected || f.what() == errc::no_certificate) {
        e = e.with(refused_for(c, f, code));
        if (f.why() == reason::none) {
            auto const why = c.verifier.verdict().why();
            e = e.about(!why.empty() ? why : c.context->is_client() ? c.name : "");
        }
    }
#endif
    return e;
}

/// What the peer is told where Mbed TLS has said nothing (RFC 8446 §6.2).
inline alert alert_for(const error& e, bool tls1_3) noexcept {
    switch (e.code()) {
    case errc::certificate_rejected:
        return alert::bad_certificate;
    case errc::no_certificate:
        return build::server && !tls1_3 ? alert::handshake_failure : alert::certificate_required; // RFC 5246 §7.4.6
    case errc::handshake_failed:
        return e.mbedtls_code() == MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL ? alert::no_application_protocol
                                                                           : alert::handshake_failure;
    case errc::protocol_violation:
        break;
    default:
        return alert::internal_error;
    }
    switch (inspector::exists || build::early_data ? e.why() : reason::none) {
    case reason::duplicate_extension:
    case reason::hello_trailing_bytes:
        return alert::decode_error;
    case reason::record_too_long:
        return alert::record_overflow;
    case reason::unsolicited_extension:
        return alert::unsupported_extension;
    case reason::compressed_point:
    case reason::no_null_compression:
    case reason::session_id_echo:
    case reason::key_share_wrong:
    case reason::early_data_alpn:
        return alert::illegal_parameter;
    default:
        break;
    }
    int const code = e.mbedtls_code();
    if (code == MBEDTLS_ERR_SSL_INVALID_MAC) {
        return alert::bad_record_mac;
    }
    if (code == MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER) {
        return alert::illegal_parameter;
    }
    if (code == MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION) {
        return alert::unsupported_extension;
    }
    if (code == MBEDTLS_ERR_SSL_DECODE_ERROR) {
        return alert::decode_error;
    }
    return alert::unexpected_message;
}

/// Ends the connection for good: remembers why, tells the peer, and closes the sending half so that what was told can
/// still be read.
inline const error& fail(core& c, const error& why) noexcept {
    c.at = core::stage::failed;
    c.last = why;
    c.reading = c.writing = false;
    bool const peer_listens = !c.end_seen && !(why == errc::transport) && !(why == errc::alert_received) &&
                              !(why == errc::callback && c.trouble.what == io_trouble::kind::threw);
    bool const tls1_3 = negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
    if (peer_listens && !c.watch.ended_with_alert(tls1_3)) {
        auto const said = c.has_gate() && c.gate->say ? *c.gate->say : alert_for(why, tls1_3);
        (void)mbedtls_ssl_send_alert_message(&c.ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, static_cast<unsigned char>(said));
    }
    c.transport->close_gracefully(&c);
    return c.last;
}
} // namespace tlspp::inline TLSPP_ABI::detail
