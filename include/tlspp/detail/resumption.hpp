// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/core.hpp>
#include <tlspp/detail/failure.hpp>
#include <tlspp/detail/policy_hash.hpp>
#include <tlspp/session.hpp>

/// \file
/// What both roles do about sessions, and the client's part: sessions come from tickets or handshakes, and are offered.
namespace tlspp::inline TLSPP_ABI::detail {

inline constexpr std::int64_t longest_session = std::int64_t{7} * 86400; // RFC 8446 §4.6.1
inline constexpr std::int64_t unsaid_lifetime = 86400;                   // RFC 5246 §F.1.4

/// Whether sessions can be told from full handshakes at all.
inline constexpr bool can_resume = inspector::exists && build::psa && build::x509;

/// The time by the context's clock, which judges certificates, too; negative: not known.
inline std::int64_t now_of(const context_state& context) noexcept {
    auto const& p = context.verification;
    return p.clock != nullptr ? p.clock(p.clock_context) : system_seconds();
}

inline bool was_resumed(const core& c) noexcept { return c.session.size() != 0 && c.watch.inside().facts().resumed(); }
inline session_record resumed_record(const core& c) noexcept {
    return read_record(view_of(c.session)).value_or(session_record{});
}

/// How the peer stands after the handshake that is complete, or, on a server, about to be.
inline session_peer peer_of(const core& c) noexcept {
    if (was_resumed(c)) {
        return resumed_record(c).peer;
    }
    if (!c.verifier.ran()) {
        return certificate_of_peer(c).empty() ? session_peer::none : session_peer::unverified;
    }
    bool const named = c.context->role == role::server || c.named;
    return named && found_by_verification(c).empty() ? session_peer::verified : session_peer::unverified;
}

/// The sooner of two times, of which negative ones are none.
inline std::int64_t sooner(std::int64_t a, std::int64_t b) noexcept { return a < 0 || (b >= 0 && b < a) ? b : a; }

/// When a certificate expires; negative: not known.
inline std::int64_t end_of([[maybe_unused]] bytes certificate_der) noexcept {
#if TLSPP_HAS_X509
    if (auto const parsed = certificate::from_der(certificate_der); parsed) {
        return parsed->not_after();
    }
#endif
    return -1;
}

/// The session of this connection with all that belongs to it. `lifetime` is how long it may be used at most.
inline result<secure_buffer> make_record(const core& c, bytes native, std::int64_t lifetime) noexcept {
    auto const policy = policy_of(*c.context);
    if (!policy) {
        return std::unexpected(policy.error());
    }
    auto const facts = read_session(native);
    if (!facts) {
        return std::unexpected(error{errc::internal});
    }
    bool const again = was_resumed(c);
    auto const before = again ? resumed_record(c) : session_record{};
    bytes const peer = certificate_of_peer(c);
    auto const now = now_of(*c.context);

    session_record r;
    r.peer = peer_of(c);
    r.named = c.named;
    r.portable = (*policy)->portable;
    r.version = facts->version;
    r.flags = again ? before.flags : c.verifier.ran() ? found_by_verification(c).bits() : 0;
    r.began = again ? before.began : now;
    r.issued = system_seconds();
    r.lifetime = facts->lifetime.value_or(0);
    r.policy = bytes((*policy)->digest);
    r.name = bytes(c.name);
    if (facts->peer.empty()) {
        r.peer_certificate = peer.empty() ? before.peer_certificate : peer;
    }
    if (now >= 0) {
        r.expires = sooner(now + lifetime, r.began < 0 ? -1 : r.began + longest_session);
        if (again) { // and no longer than the certificate, whose end it knows
            r.expires = sooner(r.expires, before.certificate_end);
            r.certificate_end = before.certificate_end;
        } else if (bytes const der = facts->peer.empty() ? r.peer_certificate : facts->peer; !der.empty()) {
            r.certificate_end = end_of(der);
            r.expires = sooner(r.expires, r.certificate_end);
        }
    }
#if defined(MBEDTLS_SSL_ALPN)
    if (const char* const chosen = mbedtls_ssl_get_alpn_protocol(&c.ssl); chosen != nullptr) {
        r.alpn = bytes(std::string_view{chosen});
    }
#endif
    r.native = native;
    secure_buffer kept;
    if (!keep_record(r, kept)) {
        return std::unexpected(error{errc::out_of_memory});
    }
    return kept;
}

// ---- client ------------------------------------------------------------------------------------------------------

/// The place of a server's sessions in a cache: by name, whatever its port is, and by what it is judged by.
inline result<sha256_digest> cache_key(const core& c) noexcept {
    auto const policy = policy_of(*c.context);
    if (!policy) {
        return std::unexpected(policy.error());
    }
    return hasher{}.text("client").part(bytes((*policy)->digest)).number(c.named ? 1 : 0).text(c.name).finish();
}

/// Where a connection's sessions go and come from; null where it has no cache, or no name to be found by.
inline session_store* cache_of(const core& c) noexcept {
    return c.context->role == role::client && !c.name.empty() ? c.context->sessions.store() : nullptr;
}

/// How long the server lets a session live.
inline std::int64_t lifetime_of(const session_facts& facts) noexcept {
    std::int64_t const said = facts.lifetime.value_or(0);
    return said == 0 && facts.version == 3 ? unsaid_lifetime : said < longest_session ? said : longest_session;
}

inline result<secure_buffer> make_client_record(const core& c, bytes native) noexcept {
    auto const facts = read_session(native);
    return facts ? make_record(c, native, lifetime_of(*facts)) : std::unexpected(error{errc::internal});
}

inline int take_native([[maybe_unused]] const core& c, [[maybe_unused]] secure_buffer& out) noexcept {
#if defined(MBEDTLS_SSL_CLI_C)
    native_session taken;
    int const code = mbedtls_ssl_get_session(&c.ssl, taken.get());
    return code != 0 ? code : save_session(*taken.get(), out);
#else
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

/// Into the cache; what cannot be kept is lost, and the next connection begins anew.
inline void cache_session(const core& c, session_store& store, bytes native) noexcept {
    auto const key = cache_key(c);
    auto record = make_client_record(c, native);
    if (key && record) {
        auto const r = *read_record(view_of(*record));
        store.put(*key, std::move(*record), r.expires, r.version == 4);
    }
}

/// Mbed TLS has a ticket of TLS 1.3, until it is asked to read again.
inline void on_ticket(core& c) noexcept {
    secure_buffer native;
    int const code = can_resume ? take_native(c, native) : 0;
    c.ticket_lost = is_out_of_memory_copying(code);
    if (code != 0 || native.size() == 0) {
        return;
    }
    if (c.context->cache == nullptr || !c.context->cache->keep_ticket(c, native)) {
        c.ticket = std::move(native);
    }
}

/// The session of a handshake of TLS 1.2, once; empty where the server gave none.
inline result<secure_buffer> take_tls1_2(const core& c) noexcept {
    if (!c.watch.inside().facts().extended_master_secret) {
        return std::unexpected(error{errc::no_session, reason::session_not_bound});
    }
    secure_buffer native;
    if (int const code = take_native(c, native); code != 0) {
        return std::unexpected(
            error{is_out_of_memory_copying(code) ? errc::out_of_memory : errc::no_session, reason::none, code});
    }
    auto const facts = read_session(view_of(native));
    if (!facts || (facts->id.empty() && facts->ticket.empty())) {
        return std::unexpected(error{errc::no_session});
    }
    return native;
}

/// Hands a record to Mbed TLS, which offers it in its ClientHello.
inline result<void> offer(core& c, secure_buffer record) noexcept {
#if defined(MBEDTLS_SSL_CLI_C)
    auto const r = read_record(view_of(record));
    native_session loaded;
    int code = r ? mbedtls_ssl_session_load(loaded.get(), r->native.uchars(), r->native.size())
                 : MBEDTLS_ERR_SSL_VERSION_MISMATCH;
    if (code == MBEDTLS_ERR_SSL_VERSION_MISMATCH) {
        return std::unexpected(error{errc::unsupported, reason::session_of_other_library, code});
    }
    if (code == 0) {
        code = mbedtls_ssl_set_session(&c.ssl, loaded.get());
    }
    if (code != 0) {
        return std::unexpected(
            error{is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
    if (r->version == 3) {
        c.watch.inside().session_offered();
    }
    c.session = std::move(record);
    return {};
#else
    (void)c;
    (void)record;
    return std::unexpected(error{errc::unsupported});
#endif
}

/// Whether a session may stand in for the judgement of this connection's server.
inline result<void> fits(const core& c, const session_record& r) noexcept {
    auto const policy = policy_of(*c.context);
    if (!policy) {
        return std::unexpected(policy.error());
    }
    if (r.policy.text() != bytes((*policy)->digest).text()) {
        bool const unverified = r.peer != session_peer::verified && c.context->verify == verify_mode::required;
        return std::unexpected(
            error{errc::invalid_argument, unverified ? reason::session_unverified : reason::session_policy_differs});
    }
    if (r.name.text() != c.name || r.named != c.named) {
        return std::unexpected(error{errc::invalid_argument, reason::session_name_differs}.about(r.name.text()));
    }
    if (auto const now = now_of(*c.context); now >= 0 && r.expires >= 0 && now >= r.expires) {
        return std::unexpected(error{errc::invalid_argument, reason::session_expired});
    }
    return {};
}

inline result<void> offer_cached(core& c) noexcept {
    auto* const store = cache_of(c);
    if (store == nullptr || c.session.size() != 0) {
        return {};
    }
    auto const key = cache_key(c);
    if (!key) {
        return std::unexpected(key.error());
    }
    secure_buffer found;
    c.session_late = store->find(*key, now_of(*c.context), found);
    auto const r = read_record(view_of(found));
    return r && fits(c, *r) ? offer(c, std::move(found)) : result<void>();
}

#if defined(MBEDTLS_SSL_EARLY_DATA)
/// The server took early data, and chose another protocol than it was meant for (RFC 8446 §4.2.10); Mbed TLS's client
/// does not look.
inline bool breaks_early_data([[maybe_unused]] core& c) noexcept {
#if defined(MBEDTLS_SSL_CLI_C) && defined(MBEDTLS_SSL_ALPN)
    if (c.context->role == role::client && c.context->early_data &&
        mbedtls_ssl_get_early_data_status(&c.ssl) == MBEDTLS_SSL_EARLY_DATA_STATUS_ACCEPTED) {
        const char* const chosen = mbedtls_ssl_get_alpn_protocol(&c.ssl);
        return resumed_record(c).alpn.text() != (chosen == nullptr ? std::string_view() : std::string_view(chosen));
    }
#endif
    return false;
}
#endif

inline bool cache_ticket(core& c, const secure_buffer& native) noexcept {
    auto* const store = cache_of(c);
    if (store != nullptr) {
        cache_session(c, *store, view_of(native));
    }
    return store != nullptr;
}

inline void cache_tls1_2(core& c) noexcept {
    if (auto* const store = cache_of(c); store != nullptr) {
        if (auto const native = take_tls1_2(c); native) {
            cache_session(c, *store, view_of(*native));
        }
    }
}

template <class Core>
const cache_functions& client_cache<Core>::functions() noexcept {
    static constexpr cache_functions mine{&offer_cached, &cache_ticket, &cache_tls1_2};
    return mine;
}

/// After a handshake that succeeded.
inline void settle_session(core& c) noexcept {
    if constexpr (!can_resume) {
        return; // there is none
    }
    if (c.session.size() != 0 && !c.watch.inside().facts().resumed()) {
        c.session.reset(); // it was offered in vain: this peer was judged itself
    }
    if (c.context->cache != nullptr && negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_2) {
        c.context->cache->keep_session(c);
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
