// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connect.hpp>

/// \file
/// The certificate that a server shows, fetched by a connection made for it. Not part of `tlspp.hpp`.
namespace tlspp::inline TLSPP_ABI {
#if TLSPP_HAS_X509
namespace detail {
inline result<certificate> fetch_certificate(const client_options& options, std::string_view host, std::uint16_t port,
                                             connect_options&& how) noexcept {
    auto const context = client_context::create(options);
    if (!context) {
        return std::unexpected(context.error());
    }
    auto conn = connect(*context, host, port, std::move(how));
    if (!conn) {
        return std::unexpected(conn.error());
    }
    auto shown = conn->peer_certificate();
    (void)conn->shutdown(); // a courtesy: the certificate is here
    return shown;
}
} // namespace detail

/// The certificate of the server at `host`, verified: by `trust`, and for `host`, which is sent as SNI where it is a
/// name. `to_pem` of text.hpp prints it as Python's `get_server_certificate` does; unlike Python's, this one checks the
/// name too.
/// \return as `connect`, `errc::certificate_rejected` among them.
[[nodiscard]] inline result<certificate> get_server_certificate(const trust_store& trust, std::string_view host,
                                                                std::uint16_t port, connect_options how = {}) noexcept {
    client_options options;
    options.trust = trust;
    return detail::fetch_certificate(options, host, port, std::move(how));
}

/// The same without looking at it: the certificate of whoever answers, for diagnosis, or to be compared with what is
/// known otherwise (`certificate::fingerprint`). To trust it afterwards because it was fetched before proves nothing.
[[nodiscard]] inline result<certificate> insecure_get_server_certificate(std::string_view host, std::uint16_t port,
                                                                         connect_options how = {}) noexcept {
    client_options options;
    options.verify = verify_mode::insecure_none;
    return detail::fetch_certificate(options, host, port, std::move(how));
}
#else
template <bool Use = true, class... Given>
result<certificate> get_server_certificate(const Given&...) noexcept {
    return certificate::from_der<Use>();
}
template <bool Use = true, class... Given>
result<certificate> insecure_get_server_certificate(const Given&...) noexcept {
    return certificate::from_der<Use>();
}
#endif
} // namespace tlspp::inline TLSPP_ABI
