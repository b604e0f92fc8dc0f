// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/connection_info.hpp>

#include <mbedtls/md.h>

/// \file
/// Secrets and hashes of a connection for the layers above it.
namespace tlspp::inline TLSPP_ABI {
namespace detail {

#if defined(MBEDTLS_SSL_KEYING_MATERIAL_EXPORT)
inline constexpr bool has_exporter = true;
#else
inline constexpr bool has_exporter = false;
#endif

/// Labels by which TLS 1.2 itself derives keys (RFC 5705 §4, RFC 7627 §7.1).
inline bool is_reserved_label(std::string_view label) noexcept {
    for (std::string_view const own :
         {"client finished", "server finished", "master secret", "extended master secret", "key expansion"}) {
        if (label == own) {
            return true;
        }
    }
    return false;
}

/// Whether the exporter is right, and bound to the connection.
inline result<void> may_export(const core& c) noexcept {
    if (!c.handshake_complete) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (mbedtls_ssl_get_version_number(&c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3) {
        return {};
    }
    // by what Mbed TLS takes for the suite's hash: SHA-1 where it only is the MAC's, while the PRF has SHA-256
    auto const* row = find_suite(static_cast<std::uint16_t>(mbedtls_ssl_get_ciphersuite_id_from_ssl(&c.ssl)));
    if (row == nullptr || row->iana_name.ends_with("_SHA")) {
        return std::unexpected(error{errc::unsupported, reason::export_hash});
    }
    if (!c.watch.inside().facts().extended_master_secret) { // nor where there is no inspector to tell
        return std::unexpected(error{errc::unsupported, reason::export_not_bound});
    }
    return {};
}

/// The hash of a signature algorithm, as RFC 5929 §4.1 wants it.
inline mbedtls_md_type_t end_point_hash(std::string_view signature) noexcept {
    auto const has = [&](std::string_view part) { return signature.find(part) != std::string_view::npos; };
    if (has("256") || has("md5") || has("sha1") || has("SHA1")) {
        return MBEDTLS_MD_SHA256;
    }
    return has("384")   ? MBEDTLS_MD_SHA384
           : has("512") ? MBEDTLS_MD_SHA512
           : has("224") ? MBEDTLS_MD_SHA224
                        : MBEDTLS_MD_NONE;
}

inline result<channel_binding_data> end_point_binding(const certificate& server) noexcept {
    auto const type = end_point_hash(server.signature_algorithm().name);
    auto const* info = type == MBEDTLS_MD_NONE ? nullptr : mbedtls_md_info_from_type(type);
    if (info == nullptr) {
        return std::unexpected(error{errc::unsupported, reason::binding_hash}.about(server.signature_algorithm().name));
    }
    channel_binding_data out;
    auto const der = server.der();
    if (int const code = mbedtls_md(info, der.uchars(), der.size(), out.room(mbedtls_md_get_size(info))); code != 0) {
        return std::unexpected(
            error{is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
    return out;
}
} // namespace detail

template <bool Use>
result<void> connection::export_keying_material(writable_bytes out, std::string_view label,
                                                std::optional<bytes> context) noexcept {
    static_assert(
        !Use || detail::has_exporter,
        "export_keying_material needs MBEDTLS_SSL_KEYING_MATERIAL_EXPORT in the Mbed TLS configuration (3.6.4 "
        "or newer)");
    if (auto const usable = begin(); !usable) {
        return usable;
    }
    auto& c = *core_;
    if (auto const may = detail::may_export(c); !may) {
        return may;
    }
    // Mbed TLS copies the context also where it is empty, and nothing may be copied from a null pointer.
    auto const with = context.has_value() && !context->empty() ? *context : bytes(std::string_view(""));
    if (out.size() > 8160 || label.size() > 249 || with.size() > 0xFFFF || detail::is_reserved_label(label)) {
        return std::unexpected(error{errc::invalid_argument, reason::export_argument}.about(label));
    }
#if defined(MBEDTLS_SSL_KEYING_MATERIAL_EXPORT)
    if (int const code =
            mbedtls_ssl_export_keying_material(&c.ssl, out.uchars(), out.size(), label.data(), label.size(),
                                               with.uchars(), with.size(), context.has_value() ? 1 : 0);
        code != 0) {
        return std::unexpected(
            error{detail::is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
#endif
    return {};
}

template <bool Use>
result<channel_binding_data> connection::channel_binding(std::string_view type) noexcept {
    if (auto const usable = begin(); !usable) {
        return std::unexpected(usable.error());
    }
    auto const& c = *core_;
    if (type == "tls-unique") {
        return std::unexpected(error{errc::unsupported, reason::binding_unique});
    }
    if (type != "tls-exporter" && type != "tls-server-end-point") {
        return std::unexpected(error{errc::invalid_argument, reason::binding_unknown}.about(type));
    }
    if (!c.handshake_complete) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (type == "tls-exporter") { // RFC 9266 §4
        channel_binding_data out;
        unsigned char* const room = out.room(32);
        if (auto const made =
                export_keying_material<Use>(writable_bytes(room, 32), "EXPORTER-Channel-Binding", bytes());
            !made) {
            return std::unexpected(made.error());
        }
        return out;
    }
    if (c.context->role == role::client) {
        auto const server = peer_certificate();
        return server ? detail::end_point_binding(*server) : std::unexpected(server.error());
    }
    if (c.context->identities.size() != 1) { // Mbed TLS does not tell which one it took
        return std::unexpected(error{errc::unsupported, reason::binding_identities});
    }
    auto const own = certificate::from_native(*c.context->identities[0].chain_handle());
    return own ? detail::end_point_binding(*own) : std::unexpected(own.error());
}
} // namespace tlspp::inline TLSPP_ABI
