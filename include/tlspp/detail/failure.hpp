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

/// An `error` is large: those that need nothing else are made in one place.
[[gnu::noinline, gnu::cold]] inline error error_of(errc what, reason why = reason::none, int code = 0) noexcept {
    return error{what, why, code};
}

/// What the inspector found.
inline error classify_flaw(hello_flaw flaw) noexcept {
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
    case hello_flaw::none:
        break;
    }
    return {errc::internal};
}

inline error classify_trouble(const core& c) noexcept {
    using kind = io_trouble::kind;
    switch (c.trouble.what) {
    case kind::threw:
        return error_of(errc::callback, reason::callback_threw);
    case kind::no_memory:
        return error_of(errc::out_of_memory);
    case kind::flood:
        return error_of(errc::protocol_violation, reason::too_many_records);
    case kind::flaw:
        return classify_flaw(c.watch.inside().flaw());
    case kind::timed_out:
    case kind::reset:
    case kind::system:
    case kind::none:
        break;
    }
    if (c.trouble.what == kind::reset && c.watch.saw_fatal_alert()) {
        return error{errc::alert_received}.with(static_cast<alert>(c.watch.alert_description()));
    }
    return error_of(errc::transport, c.trouble.what == kind::reset ? reason::connection_reset : reason::none)
        .with_system(c.trouble.system);
}

/// What a server that cannot use a pre-shared key says: RFC 4279 §2, and the broken Finished or binder, for which
/// OpenSSL has illegal_parameter.
inline bool is_about_psk(alert a) noexcept {
    return a == alert::unknown_psk_identity || a == alert::decrypt_error || a == alert::bad_record_mac ||
           a == alert::illegal_parameter;
}

inline error classify_received_alert(const core& c, int code) noexcept {
    int received = received_alert(c.ssl);
    if (received < 0 && c.watch.saw_fatal_alert()) {
        received = c.watch.alert_description();
    }
    if (received < 0) {
        return error_of(errc::alert_received, reason::none, code);
    }
    auto const a = static_cast<alert>(received);
    auto const& context = *c.context;
    bool const psk = context.role == role::client && context.psk_for != psk_use::none && c.at != core::stage::open &&
                     is_about_psk(a);
    return error_of(errc::alert_received, psk ? reason::psk_refused : reason::none, code).with(a);
}

/// What to call a failure.
struct finding {
    errc what;
    reason why = reason::none;
};

/// What became of the client's pre-shared key, where that ended the handshake.
inline std::optional<finding> find_psk_failure([[maybe_unused]] const core& c, [[maybe_unused]] int code) noexcept {
#if TLSPP_HAS_PSK && defined(MBEDTLS_SSL_SRV_C)
    using state = psk_trace::state;
    switch (c.psk.at) {
    case state::threw:
        return finding{errc::callback, reason::callback_threw};
    case state::bad_size:
        return finding{errc::callback, reason::psk_bad_lookup};
    case state::no_memory:
        return finding{errc::out_of_memory};
    case state::unknown:
        if (c.context->psk_for == psk_use::only || code == MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY) {
            return finding{errc::handshake_failed, reason::psk_unknown_identity};
        }
        break;
    case state::found:
        // TLS 1.2: the Finished cannot be decrypted; TLS 1.3: the binder is wrong
        if (code == MBEDTLS_ERR_SSL_INVALID_MAC || code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE) {
            return finding{errc::handshake_failed, reason::psk_wrong_key};
        }
        break;
    case state::not_asked:
        break;
    }
#endif
    return std::nullopt;
}

#if TLSPP_HAS_X509
inline error classify_verification(const core& c, int code) noexcept {
    auto const flags = c.verifier.against(mbedtls_ssl_get_verify_result(&c.ssl));
    if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE) {
        return error_of(errc::no_certificate, reason::client_sent_none, code).with(verify_flag::missing);
    }
    auto const& verdict = c.verifier.verdict();
    if (verdict.threw) {
        return error_of(errc::callback, reason::callback_threw);
    }
    error const e = error_of(errc::certificate_rejected, reason::none, code).with(flags);
    return e.about(!verdict.why().empty() ? verdict.why() : c.context->role == role::client ? c.name : "");
}
#endif

/// Of an identity whose key a callback signs with.
inline std::optional<finding> find_signer_failure([[maybe_unused]] int code) noexcept {
#if TLSPP_HAS_X509
    switch (build::signer ? code : 0) {
    case code_signer_threw:
        return finding{errc::callback, reason::callback_threw};
    case code_signer_failed:
        return finding{errc::callback, reason::signer_failed};
    case code_signer_length:
        return finding{errc::callback, reason::signer_length};
    case code_signer_wrong:
        return finding{errc::callback, reason::signer_wrong};
    default:
        break;
    }
#endif
    return std::nullopt;
}

/// What is told by the code, the stage and the version alone.
inline finding find_failure(const core& c, int code) noexcept {
    bool const in_handshake = c.at != core::stage::open;
    bool const client = c.context->role == role::client;
    bool const tls1_3 = mbedtls_ssl_get_version_number(&c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
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
    switch (code) {
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
        if (client && c.watch.inside().facts().legacy && !c.context->insecure_legacy_server) {
            return {errc::handshake_failed, reason::no_secure_renegotiation};
        }
        [[fallthrough]];
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
    case MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME:
    case MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED:
    case MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY:
        return {errc::handshake_failed};
    case MBEDTLS_ERR_SSL_INVALID_MAC:
        if (in_handshake && tls1_3 && !client) {
            return {errc::handshake_failed, reason::undecipherable_answer};
        }
        // a server of Mbed TLS's says so under the keys of the handshake, which the client has put away
        if (!in_handshake && tls1_3 && client && !c.watch.progressed()) {
            return {errc::handshake_failed, reason::refused_afterwards};
        }
        break;
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
        if (!in_handshake && tls1_3) {
            return {errc::protocol_violation, reason::key_update};
        }
        break;
    case MBEDTLS_ERR_SSL_INTERNAL_ERROR:
    case MBEDTLS_ERR_SSL_BAD_INPUT_DATA:
    case MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL:
    case MBEDTLS_ERR_SSL_COUNTER_WRAPPING:
    case MBEDTLS_ERR_SSL_HW_ACCEL_FAILED:
        return {errc::internal};
    default:
        break;
    }
    return {errc::protocol_violation};
}

/// Only for codes that end the connection.
inline error classify(const core& c, int code) noexcept {
    bool const in_handshake = c.at != core::stage::open;
    if (code == code_trouble) {
        return classify_trouble(c);
    }
    if (build::server && build::sni && code == code_hello_ended) {
        return c.gate->why;
    }
    if (code == MBEDTLS_ERR_SSL_CONN_EOF || (code == 0 && c.end_seen)) {
        return error_of(errc::truncated, in_handshake ? reason::silent_end : reason::none);
    }
    // a TLS 1.3 client refuses a certificate before it has keys to send with: Mbed TLS tries to decrypt its plain alert
    bool const plain_alert = in_handshake && code == MBEDTLS_ERR_SSL_INVALID_MAC && c.watch.saw_fatal_alert();
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE || plain_alert) {
        return classify_received_alert(c, code);
    }
    auto const named = [&](finding f) noexcept { return error_of(f.what, f.why, f.what == errc::callback ? 0 : code); };
    if (is_out_of_memory(code)) {
        return named({errc::out_of_memory});
    }
    if (auto const about_signer = find_signer_failure(code)) {
        return named(*about_signer);
    }
    if (auto const about_psk = find_psk_failure(c, code); in_handshake && about_psk) {
        return named(*about_psk);
    }
#if TLSPP_HAS_X509
    if (is_verification_failure(code) || code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE ||
        code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE) {
        return classify_verification(c, code);
    }
    if (in_handshake && is_unreadable_certificate(code)) {
        auto const flag = is_unknown_critical_extension(code) ? verify_flag::unknown_critical : verify_flag::other;
        return error_of(errc::certificate_rejected, reason::peer_certificate_unreadable, code).with(flag);
    }
#endif
    return named(find_failure(c, code));
}

/// What the peer is told where Mbed TLS has said nothing (RFC 8446 §6.2).
inline alert alert_for(const error& e) noexcept {
    switch (e.code()) {
    case errc::certificate_rejected:
        return alert::bad_certificate;
    case errc::no_certificate:
        return alert::certificate_required;
    case errc::handshake_failed:
        return e.mbedtls_code() == MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL ? alert::no_application_protocol
                                                                           : alert::handshake_failure;
    case errc::protocol_violation:
        break;
    default:
        return alert::internal_error;
    }
    switch (e.why()) {
    case reason::duplicate_extension:
        return alert::decode_error;
    case reason::unsolicited_extension:
        return alert::unsupported_extension;
    case reason::compressed_point:
    case reason::no_null_compression:
    case reason::session_id_echo:
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
inline error fail(core& c, const error& why) noexcept {
    c.at = core::stage::failed;
    c.last = why;
    c.reading = c.writing = false;
    bool const peer_listens = !c.end_seen && !(why == errc::transport) && !(why == errc::alert_received) &&
                              !(why == errc::callback && c.trouble.what == io_trouble::kind::threw);
    bool const tls1_3 = mbedtls_ssl_get_version_number(&c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
    if (peer_listens && !c.watch.ended_with_alert(tls1_3)) {
        auto const said = c.has_gate() && c.gate->say ? *c.gate->say : alert_for(why);
        (void)mbedtls_ssl_send_alert_message(&c.ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, static_cast<unsigned char>(said));
    }
    c.transport->close_gracefully(&c);
    return why;
}
} // namespace tlspp::inline TLSPP_ABI::detail
