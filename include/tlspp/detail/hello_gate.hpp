// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/core.hpp>

#include <cstring>

/// \file
/// Shows each ClientHello to `on_client_hello`. The first one is read before Mbed TLS sees it, which then gets the same
/// bytes: only so can another context take its place as a whole, since Mbed TLS has looked at versions and ALPN before
/// it calls anybody, and can change a certificate and no more when it does. The second one, after a HelloRetryRequest,
/// is followed as it goes by. Mbed TLS's own callback lets nothing pass that was not shown.
namespace tlspp::inline TLSPP_ABI::detail {

/// Asks the callback about the message that was collected. 0, or `code_hello_ended`; where the message is malformed
/// nobody is asked, and `answered` stays false.
inline int ask_about_hello(core& c) noexcept {
    auto& gate = *c.gate;
    hello_fields fields;
    gate.answered = false;
    if (!fields.parse(gate.collector.message())) {
        return 0;
    }
    auto const end = [&gate](const error& why, alert say) noexcept {
        gate.why = why;
        gate.say = say;
        return code_hello_ended;
    };
    gate.verdict = {};
    client_hello hello{fields, gate.second, gate.verdict};
    if (!gate.asked->server->on_client_hello(hello)) {
        return end({errc::callback, reason::callback_threw}, alert::handshake_failure);
    }
    if (gate.verdict.refusal) {
        return end(error{errc::handshake_failed, reason::client_hello_refused}.about(fields.name),
                   *gate.verdict.refusal);
    }
    if (gate.second && gate.verdict.context && !(gate.verdict.context == c.context)) {
        gate.verdict.fault = reason::other_context_too_late;
    }
    if (gate.verdict.fault != reason::none) {
        return end({errc::callback, gate.verdict.fault}, alert::internal_error);
    }
    gate.answered = true;
    return 0;
}

/// The receive function until the handshake is over.
inline int receive_through_gate(void* context, unsigned char* data, std::size_t size) noexcept {
    auto& c = *static_cast<core*>(context);
    auto& gate = *c.gate;
    if (auto const held = gate.records.size(); held != 0) {
        auto const n = size < held ? size : held;
        std::memcpy(data, gate.records.data(), n);
        gate.records.pop(n);
        return static_cast<int>(n);
    }
    int const code = gate.receive(context, data, size);
    if (code > 0 &&
        gate.collector.take(data, static_cast<std::size_t>(code)) == message_collector::progress::no_memory) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    return code;
}

/// Reads the first ClientHello and shows it, and puts another context in place where one was chosen.
/// \return 0: go on with Mbed TLS; else what a function of Mbed TLS's would answer.
[[gnu::noinline]] inline int pass_hello_gate(core& c) noexcept {
    using enum message_collector::progress;
    auto& gate = *c.gate;
    while (!gate.read) {
        unsigned char chunk[512];
        auto const wanted = gate.collector.wanted();
        int const code = gate.receive(&c, chunk, wanted < sizeof chunk ? wanted : sizeof chunk);
        if (code <= 0) {
            return code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code;
        }
        auto const size = static_cast<std::size_t>(code);
        auto const now = gate.collector.take(chunk, size);
        if (now == no_memory || !gate.records.push(reinterpret_cast<const std::byte*>(chunk), size)) {
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        }
        gate.read = now != more;
    }
    gate.passed = true;
    if (int const code = ask_about_hello(c); code != 0) {
        return code;
    }
    if (gate.answered && gate.verdict.context && !(gate.verdict.context == c.context)) {
        c.change_context(gate.verdict.context);
        return gate.set_up(c);
    }
    return 0;
}

/// In Mbed TLS's certificate callback: what was decided about this ClientHello.
/// \return 0, `code_hello_ended`, or an error of Mbed TLS's where the callback could not be asked.
inline int judge_at_gate(core& c) noexcept {
    auto& gate = *c.gate;
    if (gate.second) {
        if (int const code = ask_about_hello(c); code != 0) {
            return code;
        }
    }
    if (!gate.answered) {
        return MBEDTLS_ERR_SSL_DECODE_ERROR;
    }
#if TLSPP_HAS_X509
    for (std::size_t i = 0; i != gate.verdict.identity_count; ++i) {
        if (gate.verdict.identities[i].has_signer() && !c.context->has_signer) { // TLS 1.3 may be on its way
            gate.why = {errc::callback, reason::signer_needs_context};
            gate.say = alert::internal_error;
            return code_hello_ended;
        }
    }
#endif
    gate.second = true;
    if (negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3) { // TLS 1.2 has no second one
        gate.collector.start_again();
    }
    return 0;
}

/// After the handshake nothing stands between Mbed TLS and the transport any more.
inline void open_gate(core& c) noexcept {
    auto& gate = *c.gate;
    gate.records = {};
    gate.collector = {};
    mbedtls_ssl_set_bio(&c.ssl, &c, gate.send, gate.receive, nullptr);
}
} // namespace tlspp::inline TLSPP_ABI::detail
