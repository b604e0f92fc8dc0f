// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/resumption.hpp>

/// \file
/// The server's part: what Mbed TLS asks when it writes a ticket, is shown one, or looks for a session id. Mbed TLS's
/// own tickets and cache know nothing of extended master secrets, lose the client's certificate in TLS 1.3, and take a
/// ticket of one version for one of the other.
namespace tlspp::inline TLSPP_ABI::detail {

inline bool speaks_tls1_3(const core& c) noexcept { return negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3; }

/// The key for new tickets. A context's own key is replaced when it is as old as a ticket may become.
inline ticket_key writing_key(const context_state& context) noexcept {
    auto& ring = *context.server->ticket_ring;
    ticket_key const current = ring.current();
    auto const now = now_of(context);
    auto const age = now - current.made;
    if (!context.server->tickets_rotate || now < 0 || current.made < 0 ||
        (age >= 0 && age < context.server->ticket_lifetime)) {
        return current;
    }
    unsigned char secret[32] = {};
    if (context.fill(secret, sizeof secret) != 0) {
        return current;
    }
    auto next = ticket_key::derive(bytes(secret));
    mbedtls_platform_zeroize(secret, sizeof secret);
    if (next) {
        next->made = now;
        bool const old_is_dead = age < 0 || age >= 2 * std::int64_t{context.server->ticket_lifetime};
        ring.rotate_from(current, *next, old_is_dead);
    }
    return ring.current();
}

/// The name that the ClientHello asks for: while Mbed TLS reads it, so far; afterwards what `on_client_hello` took.
inline bytes name_asked(const core& c) noexcept {
#if defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    std::size_t size = 0;
    const unsigned char* const name = mbedtls_ssl_get_hs_sni(const_cast<mbedtls_ssl_context*>(&c.ssl), &size);
    if (name != nullptr) {
        return {name, size};
    }
#endif
    return bytes(c.name);
}

/// Whether early data that comes with this ticket is taken. Asked before Mbed TLS has looked at the ticket's age and at
/// the binder, which a copy of the client's message has as well: who sends one first spoils early data, and no more.
inline bool takes_early_data([[maybe_unused]] core& c, [[maybe_unused]] bytes ticket) noexcept {
#if defined(MBEDTLS_SSL_EARLY_DATA)
    auto const& context = *c.context;
    if (!context.early_data || !c.early_wanted || !c.watch.inside().facts().asked.contains(extension::early_data)) {
        return false;
    }
    if (!context.server->early_guard && !context.server->early_used) {
        return true; // insecure_replayable
    }
    auto const id = hasher{}.text("tlspp early data").part(ticket).finish();
    if (!id) {
        return false;
    }
    if (!context.server->early_guard) {
        return context.server->early_used->first_use(bytes(*id), ticket_clock());
    }
    auto const first = context.server->early_guard(bytes(*id));
    c.hook_threw = c.hook_threw || !first;
    return first && *first;
#else
    return false;
#endif
}

/// Takes a record over as the session of this handshake, where it may stand in for one. \return 0 or a code that makes
/// Mbed TLS go on with a full handshake.
inline int accept_record(core& c, secure_buffer record, mbedtls_ssl_session* session,
                         [[maybe_unused]] bytes ticket = {}) noexcept {
    auto const& context = *c.context;
    auto const r = read_record(view_of(record));
    bool const tls1_3 = speaks_tls1_3(c);
    if (!r || r->version != (tls1_3 ? 4 : 3)) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    auto const policy = policy_of(context);
    if (!policy) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    auto const now = now_of(context);
    bool const timeless = now < 0 || r->expires < 0;
    bool const late = !timeless && now >= r->expires;
    if (r->policy.text() != bytes((*policy)->digest).text() || timeless || late) {
        c.session_late = c.session_late || late;
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    if (!tls1_3 && !c.watch.inside().facts().asked.contains(extension::extended_master_secret)) {
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED; // RFC 7627 §5.3
    }
    if (name_asked(c).text() != r->name.text()) {
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED; // RFC 6066 §3
    }
    if (context.client_auth == client_auth::required && r->peer == session_peer::none) {
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    auto const facts = read_session(r->native);
    if (!facts) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    // Another machine's clock for the age of tickets has begun at another time.
    if (auto const wall = system_seconds(); facts->issued_at != 0 && wall >= 0 && r->issued >= 0) {
        auto* const native = const_cast<unsigned char*>(r->native.uchars()); // in `record`, which is ours
        auto const passed = (wall > r->issued ? wall - r->issued : 0) * 1000;
        auto const issued = static_cast<std::int64_t>(byte_reader{{native + facts->issued_at, 8}}.number(8));
        auto const expected = ticket_clock() - passed;
        if (auto const apart = issued - expected; apart < -2000 || apart > 2000) {
            byte_writer{native + facts->issued_at}.number(static_cast<std::uint64_t>(expected), 8);
        }
    }
#if defined(MBEDTLS_SSL_EARLY_DATA)
    if (facts->max_early_data != 0 && takes_early_data(c, ticket)) {
        c.early_left = facts->max_early_data;
    } else if (facts->max_early_data != 0) {
        auto* const native = const_cast<unsigned char*>(r->native.uchars());
        native[facts->flags_at] &= static_cast<unsigned char>(~MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA);
    }
#endif
    if (int const code = mbedtls_ssl_session_load(session, r->native.uchars(), r->native.size()); code != 0) {
        return code;
    }
    session_record about = *r;
    about.native = {};
    return keep_record(about, c.session) ? 0 : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

inline int write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* start, const unsigned char* end,
                        std::size_t* size, std::uint32_t* lifetime) noexcept {
    auto& c = *static_cast<core*>(self);
    *size = 0;
    *lifetime = 0;
    if (!speaks_tls1_3(c) && !c.watch.inside().facts().extended_master_secret) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE; // TLS 1.2 sends an empty ticket then
    }
    secure_buffer native;
    if (int const code = save_session(*session, native); code != 0) {
        return code;
    }
    auto record = make_record(c, view_of(native), c.context->server->ticket_lifetime);
    if (!record) {
        return is_out_of_memory(record.error().mbedtls_code()) || record.error() == errc::out_of_memory
                   ? MBEDTLS_ERR_SSL_ALLOC_FAILED
                   : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    auto const r = *read_record(view_of(*record));
    auto const now = now_of(*c.context);
    auto const left = now < 0 || r.expires < 0 ? std::int64_t{c.context->server->ticket_lifetime} : r.expires - now;
    *lifetime = left < 0 ? 0 : static_cast<std::uint32_t>(left);
    auto const whole = ticket_name_size + seal_nonce_size + record->size() + seal_tag_size;
    if (whole > static_cast<std::size_t>(end - start) || whole > 0xFFFF) {
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    ticket_key const key = writing_key(*c.context);
    if (!key.present) {
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    byte_writer{start}.part(bytes(key.name));
    int const code = seal(key.secret.data(), bytes(key.name), view_of(*record), start + ticket_name_size);
    *size = code == 0 ? whole : 0;
    return code;
}

inline int parse_ticket(void* self, mbedtls_ssl_session* session, unsigned char* ticket, std::size_t size) noexcept {
    auto& c = *static_cast<core*>(self);
    c.session.reset(); // that of an identity before this one, which Mbed TLS did not like
    if (size < ticket_name_size) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    (void)writing_key(*c.context); // a key that is too old goes now
    bytes const name(ticket, ticket_name_size);
    ticket_key const key = c.context->server->ticket_ring->find(name);
    if (!key.present) {
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    secure_buffer record;
    int const code = unseal(key.secret.data(), name, {ticket + ticket_name_size, size - ticket_name_size}, record);
    if (code != 0) {
        return is_forged(code) ? MBEDTLS_ERR_SSL_INVALID_MAC : code;
    }
    return accept_record(c, std::move(record), session, bytes(ticket, size));
}

/// The place of a session id in the server's cache.
inline result<sha256_digest> id_key(const core& c, bytes id) noexcept {
    auto const policy = policy_of(*c.context);
    if (!policy) {
        return std::unexpected(policy.error());
    }
    return hasher{}.text("server").part(bytes((*policy)->digest)).part(id).finish();
}

inline int find_session(void* self, const unsigned char* id, std::size_t size, mbedtls_ssl_session* session) noexcept {
    auto& c = *static_cast<core*>(self);
    auto* const store = c.context->sessions.store();
    auto const key = id_key(c, {id, size});
    if (store == nullptr || !key) {
        return MBEDTLS_ERR_SSL_CACHE_ENTRY_NOT_FOUND;
    }
    secure_buffer record;
    c.session_late = store->find(*key, now_of(*c.context), record) || c.session_late;
    return record.size() == 0 ? MBEDTLS_ERR_SSL_CACHE_ENTRY_NOT_FOUND : accept_record(c, std::move(record), session);
}

inline int keep_session(void* self, const unsigned char* id, std::size_t size,
                        const mbedtls_ssl_session* session) noexcept {
    auto& c = *static_cast<core*>(self);
    auto* const store = c.context->sessions.store();
    if (store == nullptr || !c.watch.inside().facts().extended_master_secret) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    secure_buffer native;
    if (int const code = save_session(*session, native); code != 0) {
        return code;
    }
    auto const key = id_key(c, {id, size});
    auto record = make_record(c, view_of(native), c.context->sessions.lifetime());
    if (!key || !record) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    auto const expires = read_record(view_of(*record))->expires;
    store->put(*key, std::move(*record), expires, false);
    return 0;
}

/// Whether the connections of a context need a configuration of their own, to be asked with.
inline bool resumes_clients(const context_state& context) noexcept {
    return !context.is_client() && (context.server->ticket_ring || context.sessions);
}

/// Makes `own` the configuration of this connection.
inline void borrow_config_for(core& c, mbedtls_ssl_config& own) noexcept {
#if defined(MBEDTLS_SSL_SRV_C)
    bool const cache = static_cast<bool>(c.context->sessions);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    bool const tickets = static_cast<bool>(c.context->server->ticket_ring);
    borrow_config(own, c.context->config, &c, cache ? &find_session : nullptr, cache ? &keep_session : nullptr,
                  tickets ? &write_ticket : nullptr, tickets ? &parse_ticket : nullptr);
#else
    borrow_config(own, c.context->config, &c, cache ? &find_session : nullptr, cache ? &keep_session : nullptr);
#endif
#else
    (void)c;
    (void)own;
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
