// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/failure.hpp>
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

inline tlspp::version connection::version() const noexcept {
    return mbedtls_ssl_get_version_number(&core_->ssl) == MBEDTLS_SSL_VERSION_TLS1_3 ? tlspp::version::tls1_3
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

inline result<certificate> connection::peer_certificate() const noexcept {
    auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl);
    if (peer == nullptr) {
        return std::unexpected(error{errc::no_certificate});
    }
    return certificate::from_native(*peer);
}

inline result<certificate_chain> connection::peer_certificates() const noexcept {
    auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl);
    if (peer == nullptr) {
        return std::unexpected(error{errc::no_certificate});
    }
    return certificate_chain::from_native(peer);
}

inline result<certificate_chain> connection::verified_chain() const noexcept {
    auto const* peer = mbedtls_ssl_get_peer_cert(&core_->ssl);
    if (!handshake_done() || peer == nullptr) {
        return std::unexpected(error{errc::no_certificate});
    }
    auto const& context = *core_->context;
    bool const unverified = context.role == role::client && context.verify == verify_mode::insecure_none;
    if (!context.trust || unverified) {
        return std::unexpected(error{errc::no_trust});
    }
    return detail::build_again(*peer, *context.trust, context.verification, core_->verifier.name());
}

inline verify_flags connection::peer_flags() const noexcept {
    return core_->verifier.ran() ? detail::found_by_verification(*core_) : verify_flags{};
}

namespace detail {
/// Whether a pre-shared key authenticated the peer, and no session that was resumed. Without the inspector only what
/// is certain counts.
inline bool psk_was_used(const core& c) noexcept {
    auto const& context = *c.context;
    auto const* row = find_suite(static_cast<std::uint16_t>(mbedtls_ssl_get_ciphersuite_id_from_ssl(&c.ssl)));
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
    if (!handshake_done() || mbedtls_ssl_get_peer_cert(&c.ssl) == nullptr) {
        return tlspp::peer_status::none;
    }
    bool const named = c.context->role == role::server || c.named;
    return c.verifier.ran() && peer_flags().empty() && named ? tlspp::peer_status::verified
                                                             : tlspp::peer_status::unverified;
}
} // namespace tlspp::inline TLSPP_ABI
