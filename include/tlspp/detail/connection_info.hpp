// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/resumption.hpp>
#include <tlspp/detail/session_setup.hpp>
#include <tlspp/x509/detail/built_chain.hpp>

/// \file
/// What can be asked of a connection.
namespace tlspp::inline TLSPP_ABI {

inline std::size_t connection::pending() const noexcept {
    auto const plain = mbedtls_ssl_get_bytes_avail(&core_->ssl);
    return plain != 0 ? plain : core_->transport->buffered(core_);
}

inline want connection::wants() const noexcept {
    if (core_->writing) {
        return want::write;
    }
    return core_->reading && core_->transport->buffered(core_) == 0 ? want::read : want::nothing;
}

inline std::size_t connection::largest_incoming_record() const noexcept {
    int const size = mbedtls_ssl_get_max_in_record_payload(&core_->ssl);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

inline std::size_t connection::largest_outgoing_record() const noexcept {
    int const size = mbedtls_ssl_get_max_out_record_payload(&core_->ssl);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

inline tlspp::version connection::version() const noexcept {
    return detail::negotiated_version(core_->ssl) == MBEDTLS_SSL_VERSION_TLS1_3 ? tlspp::version::tls1_3
                                                                                : tlspp::version::tls1_2;
}

inline tlspp::cipher connection::cipher() const noexcept {
    auto const id = static_cast<std::uint16_t>(mbedtls_ssl_get_ciphersuite_id_from_ssl(&core_->ssl));
    auto const* row = detail::find_suite(id);
    if (!handshake_done() || row == nullptr) {
        return {};
    }
    return {row->openssl_name, name(version()), row->bits, row->iana_name, id};
}

namespace detail {
/// What the inspector saw of a handshake that is complete; nothing before.
template <bool Use, bool Inspector = inspector::exists>
handshake_facts facts_of(const core& c) noexcept {
    static_assert(!Use || Inspector,
                  "TLSPP_INSPECTOR=0 leaves out the reader of handshake messages, and what it tells");
    return c.handshake_complete ? c.watch.inside().facts() : handshake_facts{};
}
} // namespace detail

template <bool Use>
std::optional<named_group> connection::group() const noexcept {
    auto const* row = detail::find_group(detail::facts_of<Use>(*core_).group);
    return row == nullptr ? std::nullopt : std::optional(row->id);
}

template <bool Use>
std::optional<tlspp::signature_scheme> connection::signature_scheme() const noexcept {
    auto const* row = detail::find_scheme(detail::facts_of<Use>(*core_).scheme);
    return row == nullptr ? std::nullopt : std::optional(row->id);
}

template <bool Use>
bool connection::session_reused() const noexcept {
    return detail::facts_of<Use>(*core_).resumed();
}

template <bool Use>
bool connection::extended_master_secret() const noexcept {
    auto const facts = detail::facts_of<Use>(*core_);
    return facts.is_tls1_3() || facts.extended_master_secret;
}

template <bool Use>
bool connection::hello_retried() const noexcept {
    return detail::facts_of<Use>(*core_).retried;
}

inline std::optional<std::string_view> connection::alpn() const noexcept {
#if defined(MBEDTLS_SSL_ALPN)
    if (const char* const chosen = mbedtls_ssl_get_alpn_protocol(&core_->ssl); chosen != nullptr) {
        return std::string_view{chosen};
    }
#endif
    return std::nullopt;
}

namespace detail {
/// The peer's certificate that Mbed TLS lost in a resumption of TLS 1.3; empty where there is none.
inline bytes remembered_peer(const core& c) noexcept {
    return c.handshake_complete && was_resumed(c) ? resumed_record(c).peer_certificate : bytes();
}
} // namespace detail

/// None was sent, or it is too early to ask.
inline std::unexpected<error> connection::no_peer_certificate() const noexcept {
    return std::unexpected(handshake_done() ? error{errc::no_certificate} : error{errc::misuse, reason::not_connected});
}

#if TLSPP_HAS_X509
template <bool Use>
result<certificate> connection::peer_certificate() const noexcept {
    if (auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl); peer != nullptr) {
        return certificate::from_native(*peer);
    }
    auto const der = detail::remembered_peer(*core_);
    if (der.empty()) {
        return no_peer_certificate();
    }
    return certificate::from_der(der);
}

template <bool Use>
result<certificate_chain> connection::peer_certificates() const noexcept {
    if (auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl); peer != nullptr) {
        return certificate_chain::from_native(peer);
    }
    auto const own = peer_certificate<Use>();
    if (!own) {
        return std::unexpected(own.error());
    }
    return certificate_chain::from_native(own->native_handle());
}

template <bool Use>
result<certificate_chain> connection::verified_chain() const noexcept {
    auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl);
    certificate remembered;
    if (handshake_done() && peer == nullptr) {
        if (auto own = peer_certificate<Use>(); own) {
            remembered = std::move(*own);
            peer = remembered.native_handle();
        }
    }
    if (!handshake_done() || peer == nullptr) {
        return no_peer_certificate();
    }
    auto const& context = *core_->context;
    bool const unverified = context.role == role::client && context.verify == verify_mode::insecure_none;
    if (!context.trust || unverified) {
        return std::unexpected(error{errc::no_trust});
    }
    return detail::build_again(*peer, *context.trust, context.verification, core_->verifier.name());
}
#else
template <bool Use>
result<certificate> connection::peer_certificate() const noexcept {
    return certificate::from_der<Use>(bytes());
}

template <bool Use>
result<certificate_chain> connection::peer_certificates() const noexcept {
    return certificate_chain::from_der<Use>(bytes());
}

template <bool Use>
result<certificate_chain> connection::verified_chain() const noexcept {
    return certificate_chain::from_der<Use>(bytes());
}
#endif

inline verify_flags connection::peer_flags() const noexcept {
    if (core_->handshake_complete && detail::was_resumed(*core_)) {
        return verify_flags(detail::resumed_record(*core_).flags);
    }
    return core_->verifier.ran() ? detail::found_by_verification(*core_) : verify_flags{};
}

namespace detail {
/// Whether a pre-shared key authenticated the peer, and no session that was resumed. Without the inspector only what
/// is certain counts.
inline bool psk_was_used(const core& c) noexcept {
    auto const& context = *c.context;
    auto const* row = find_suite_facts(static_cast<std::uint16_t>(mbedtls_ssl_get_ciphersuite_id_from_ssl(&c.ssl)));
    if (!c.handshake_complete || context.psk_for == psk_use::none || row == nullptr) {
        return false;
    }
    bool const tls1_3 = row->since == version::tls1_3;
    bool const server_found_it = c.psk.at == psk_trace::state::found;
    if (context.role == role::server && !server_found_it) {
        return false;
    }
    if constexpr (inspector::exists) {
        auto const& facts = c.watch.inside().facts();
        return tls1_3 ? facts.psk : row->needs_psk() && !facts.resumed();
    }
    return context.psk_for == psk_use::only && (tls1_3 || row->needs_psk());
}
} // namespace detail

inline std::string_view connection::psk_identity() const noexcept {
    auto const& c = *core_;
    if (!detail::psk_was_used(c)) {
        return {};
    }
    auto const& identity = c.context->role == role::client ? c.context->psk_identity : c.psk.identity;
    return {reinterpret_cast<const char*>(identity.data()), identity.size()};
}

inline tlspp::peer_status connection::peer_status() const noexcept {
    auto const& c = *core_;
    if (detail::psk_was_used(c)) {
        return tlspp::peer_status::psk;
    }
    if (!handshake_done()) {
        return tlspp::peer_status::none;
    }
    switch (detail::peer_of(c)) {
    case detail::session_peer::verified:
        return detail::was_resumed(c) ? tlspp::peer_status::resumed_verified : tlspp::peer_status::verified;
    case detail::session_peer::unverified:
        return tlspp::peer_status::unverified;
    case detail::session_peer::none:
    case detail::session_peer::psk:
        break;
    }
    return tlspp::peer_status::none;
}

inline result<void> connection::resume(tlspp::session session) noexcept {
    if (auto const usable = begin(); !usable) {
        return usable;
    }
    auto& c = *core_;
    if (c.context->role == role::server || c.begun || c.session.size() != 0) {
        return std::unexpected(error{errc::misuse, reason::session_too_late});
    }
    if (!detail::resumption_lacks.empty()) {
        return std::unexpected(error{errc::unsupported, reason::tickets_not_built}.about(detail::resumption_lacks));
    }
    if (c.context->psk_for != detail::psk_use::none) {
        return std::unexpected(error{errc::misuse, reason::tickets_with_psk});
    }
    auto record = session.take();
    if (record.size() == 0) {
        return std::unexpected(error{errc::invalid_argument, reason::session_empty});
    }
    auto const r = detail::read_record(detail::view_of(record));
    if (!r) {
        return std::unexpected(error{errc::unsupported, reason::session_of_other_library});
    }
    if (auto const fit = detail::fits(c, *r); !fit) {
        return fit;
    }
    auto const offered = detail::offer(c, std::move(record));
    if (!offered && offered.error() == errc::out_of_memory) { // Mbed TLS may hold half of it
        return std::unexpected(detail::fail(c, offered.error()));
    }
    return offered;
}

inline result<tlspp::session> connection::session() noexcept {
    if (core_ == nullptr) {
        return std::unexpected(error{errc::misuse, reason::moved_from});
    }
    auto& c = *core_;
    if (!detail::resumption_lacks.empty()) {
        return std::unexpected(error{errc::unsupported, reason::tickets_not_built}.about(detail::resumption_lacks));
    }
    if (c.context->role == role::server || !handshake_done()) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (c.context->psk_for != detail::psk_use::none) {
        return std::unexpected(error{errc::no_session, reason::tickets_with_psk});
    }
    if (detail::cache_of(c) != nullptr) {
        return std::unexpected(error{errc::misuse, reason::session_in_cache});
    }
    detail::secure_buffer native;
    if (version() == tlspp::version::tls1_2) {
        auto taken = detail::take_tls1_2(c);
        if (!taken) {
            return std::unexpected(taken.error());
        }
        native = std::move(*taken);
    } else if (c.ticket_lost) {
        return std::unexpected(error{errc::out_of_memory});
    } else if (c.ticket.size() == 0) {
        return std::unexpected(error{errc::no_session});
    } else {
        native = std::move(c.ticket);
    }
    auto record = detail::make_client_record(c, detail::view_of(native));
    if (!record) {
        return std::unexpected(record.error());
    }
    return tlspp::session{std::move(*record)};
}
} // namespace tlspp::inline TLSPP_ABI
