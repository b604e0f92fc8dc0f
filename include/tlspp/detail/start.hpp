// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/core.hpp>
#include <tlspp/detail/hello_gate.hpp>
#include <tlspp/detail/server_resumption.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/server_name.hpp>
#include <tlspp/starttls.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Whom a new connection expects at the other end, and what it says about it.
struct wanted_peer {
    wanted_peer() noexcept = default;
    explicit wanted_peer(server_name_view name) noexcept : text(name.text()), address(name.address()), checked(true) {}
    static wanted_peer insecure_with_sni(server_name_view sni) noexcept {
        wanted_peer any{sni};
        any.checked = false;
        return any;
    }

    std::string_view text;
    std::span<const std::byte> address;
    bool checked = false;
};

/// Room for the name that a client asks a server for; behind the server's block.
inline constexpr std::size_t sni_capacity = 255;

/// The wish in the form that the verifier takes, over copies behind the connection's block.
inline peer_name keep_name(const wanted_peer& wanted, char* storage) noexcept {
    copy_text(storage, wanted.text);
    char* const address = storage + wanted.text.size() + 1;
    for (std::size_t i = 0; i != wanted.address.size(); ++i) {
        address[i] = static_cast<char>(wanted.address[i]);
    }
    peer_name kept{};
    if (wanted.checked) {
        kept.what = wanted.address.empty() ? peer_name::kind::dns : peer_name::kind::ip;
    }
    kept.text = {storage, wanted.text.size()};
    kept.address = {reinterpret_cast<const std::byte*>(address), wanted.address.size()};
    return kept;
}

#if defined(MBEDTLS_SSL_SRV_C) && defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
/// Offers identities for this handshake, instead of all of the context's. Mbed TLS picks one: in TLS 1.2 the first that
/// suits the suite, which is chosen by the server's order, in TLS 1.3 the first that suits the client's most wanted
/// signature algorithm.
template <class Wanted>
int offer_identities(mbedtls_ssl_context* ssl, std::span<const identity> from, Wanted&& wanted) noexcept {
    (void)mbedtls_ssl_set_hs_own_cert(ssl, nullptr, nullptr); // a second ClientHello starts afresh
    for (auto const& own : from) {
        if (wanted(own)) {
            if (int const code = mbedtls_ssl_set_hs_own_cert(ssl, own.chain_handle(), own.key_handle()); code != 0) {
                return code;
            }
        }
    }
    return 0;
}
#endif

/// Called after each ClientHello: takes the name asked for, and chooses the identities that carry it, or those that
/// `on_client_hello` chose.
inline int on_client_hello(mbedtls_ssl_context* ssl) noexcept {
#if defined(MBEDTLS_SSL_SRV_C) && defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    auto& c = *static_cast<core*>(mbedtls_ssl_get_user_data_p(ssl));
#if defined(MBEDTLS_SSL_ALPN)
    if (c.context->require_alpn && mbedtls_ssl_get_alpn_protocol(ssl) == nullptr) {
        return MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL;
    }
#endif
#if defined(MBEDTLS_SSL_EARLY_DATA)
    set_early_data_skipped(*ssl,
                           20 * largest_early_data); // records of one byte, with their headers; `read_early` counts
#endif
    std::size_t size = 0;
    auto const* const asked = reinterpret_cast<const char*>(mbedtls_ssl_get_hs_sni(ssl, &size));
    bool const named = asked != nullptr && size != 0 && size <= sni_capacity;
    if (named) {
        copy_text(c.name_storage, {asked, size});
        c.name = {c.name_storage, size};
    }
    if (c.gate != nullptr) {
        if (int const code = judge_at_gate(c); code != 0) {
            return code;
        }
        auto const& chosen = c.gate->verdict;
        if (chosen.identity_count != 0) {
            return offer_identities(ssl, {chosen.identities, chosen.identity_count},
                                    [](const identity&) noexcept { return true; });
        }
    }
    if (c.gate != nullptr || c.context->identities.size() > 1) {
        return offer_identities(ssl, {c.context->identities.data(), c.context->identities.size()},
                                [&](const identity& own) noexcept { return named && own.matches(c.name); });
    }
#else
    (void)ssl;
#endif
    return 0;
}

/// Hands a secret to the key log.
template <class Core>
void secret_export<Core>::call(void* context, mbedtls_ssl_key_export_type type, const unsigned char* secret,
                               std::size_t size, const unsigned char* client_random, const unsigned char*,
                               mbedtls_tls_prf_types) noexcept {
    auto& c = *static_cast<Core*>(context);
    if (auto const label = keylog_label(type); !label.empty() && c.context->keylog) {
        keylog_line const line(label, client_random, secret, size);
        c.hook_threw = !c.context->keylog(line.view()).has_value() || c.hook_threw;
    }
}

/// Hands a message to the trace.
inline void on_message(void* context, const trace_record& one) noexcept {
    auto& c = *static_cast<core*>(context);
    if (!c.context->trace) { // `on_client_hello` chose a context that wants none
        return;
    }
    c.hook_threw = !c.context->trace(one).has_value() || c.hook_threw;
}

/// Hands the block to Mbed TLS.
inline int set_up_connection(core& c, [[maybe_unused]] const wanted_peer& wanted, mbedtls_ssl_send_t* send,
                             mbedtls_ssl_recv_t* receive) noexcept {
    const mbedtls_ssl_config* config = &c.context->config;
    if (resumes_clients(*c.context)) {
        borrow_config_for(c, *c.own_config);
        config = c.own_config;
    }
    if (int const code = mbedtls_ssl_setup(&c.ssl, config); code != 0) {
        remember_config(c.ssl, *config);
        return code;
    }
    mbedtls_ssl_set_bio(&c.ssl, &c, send, receive, nullptr);
#if defined(MBEDTLS_SSL_EARLY_DATA)
    c.send = send;
    c.receive = receive;
#endif
    mbedtls_ssl_set_user_data_p(&c.ssl, &c);
    if (c.context->keylog) {
        mbedtls_ssl_set_export_keys_cb(&c.ssl, c.context->keylog.use(), &c);
    }
    if constexpr (inspector::exists) {
        if (c.context->trace) {
            c.watch.inside().observe(&on_message, &c);
        }
    }
#if TLSPP_HAS_X509
    mbedtls_ssl_set_verify(&c.ssl, &chain_verifier::callback, &c.verifier);
    if (c.context->is_client()) {
        // an address is no SNI, and Mbed TLS would compare it with DNS names too: the verifier alone judges it
        bool const sni = !wanted.text.empty() && wanted.address.empty();
        return mbedtls_ssl_set_hostname(&c.ssl, sni ? c.name.data() : nullptr);
    }
#endif
    return 0;
}

/// Where the context wants to see ClientHellos: puts the gate between Mbed TLS and the transport.
inline int set_up_gate(core& c, mbedtls_ssl_send_t* send, mbedtls_ssl_recv_t* receive) noexcept {
    c.gate = create_object<hello_gate_state>(0);
    if (c.gate == nullptr) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    c.gate->asked = c.context;
    c.gate->send = send;
    c.gate->receive = receive;
    c.gate->set_up = [](core& changed) noexcept {
        return set_up_connection(changed, {}, changed.gate->send, &receive_through_gate);
    };
    return c.gate->set_up(c);
}

/// The room to read ahead in that a transport asks for.
template <class T>
constexpr std::size_t room_wanted() noexcept {
    if constexpr (requires(T& t, std::span<std::byte> room) { t.lend_buffer(room); }) {
        return T::read_ahead;
    } else {
        return 0;
    }
}

/// The bytes that a transport has read ahead.
template <class T>
std::size_t read_ahead_by(const T& transport) noexcept {
    if constexpr (requires { transport.buffered(); }) {
        return transport.buffered();
    } else {
        return 0;
    }
}

/// Nothing may wait where TLS is to begin after plain text.
template <class T>
result<void> refuse_plaintext(const T& transport, after_plaintext before) noexcept {
    if (before.unread != 0 || read_ahead_by(transport) != 0) {
        return refused{errc::protocol_violation, reason::plaintext_before_tls};
    }
    return {};
}

/// Allocates and sets up one connection. The transport is moved only where there is memory for the block.
template <class T, bool Exceptions>
result<core*> start_connection(const ref<const context_state>& context, const wanted_peer& wanted,
                               T&& transport) noexcept {
    if (!context) {
        return refused{errc::misuse, reason::moved_from};
    }
    if constexpr (requires(const T& t) {
                      { t.check() } noexcept -> std::same_as<result<void>>;
                  }) {
        if (auto const fit = transport.check(); !fit) {
            return passed_on{fit.error()};
        }
    }
    bool const server = !context->is_client();
    if (!server && read_ahead_by(transport) != 0) { // the server has said something before it was asked
        return refused{errc::misuse, reason::plaintext_before_tls};
    }
    std::size_t const own_config = server ? sizeof(mbedtls_ssl_config) : 0; // first, for its alignment
    auto const extra = own_config + (server ? sni_capacity + 1 : wanted.text.size() + 1 + wanted.address.size());
    void* const memory = mbedtls_calloc(1, sizeof(block<T>) + extra + room_wanted<T>());
    if (memory == nullptr) {
        return refused{errc::out_of_memory};
    }
    char* const tail = static_cast<char*>(memory) + sizeof(block<T>) + own_config;
    auto const name = keep_name(wanted, tail);
    auto* const made = ::new (memory) block<T>(context, name, std::move(transport));
    if constexpr (room_wanted<T>() != 0) {
        made->carrier.lend_buffer({reinterpret_cast<std::byte*>(tail + extra - own_config), room_wanted<T>()});
    }
    if (server) {
        made->own_config = ::new (static_cast<void*>(tail - own_config)) mbedtls_ssl_config;
    }
    made->name_storage = tail;
    made->named = wanted.checked;
    made->name = server ? std::string_view{} : name.text;
    auto* const send = &send_function<T, Exceptions>;
    auto* const receive = &receive_function<T, Exceptions>;
    int const code = server && build::sni && context->server->on_client_hello
                         ? set_up_gate(*made, send, receive)
                         : set_up_connection(*made, wanted, send, receive);
    if (code != 0) {
        destroy_object(made);
        return refused{is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code};
    }
    return made;
}
} // namespace tlspp::inline TLSPP_ABI::detail
