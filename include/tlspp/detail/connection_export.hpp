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

/// Mbed TLS exports by the hash of a suite's MAC, and gets SHA-1 for one whose PRF has SHA-256.
consteval bool has_suite_with_sha1() noexcept {
    for (auto const& row : suite_table) {
        if (row.iana_name.ends_with("_SHA")) {
            return true;
        }
    }
    return false;
}
static_assert(!has_suite_with_sha1(), "exported keys would be wrong under a suite with a MAC of SHA-1");

/// Whether what is exported is bound to the connection.
inline result<void> may_export(const core& c) noexcept {
    if (!c.handshake_complete) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3) {
        return {};
    }
    if (!c.watch.inside().facts().extended_master_secret) { // nor where there is no inspector to tell
        return std::unexpected(error{errc::unsupported, reason::export_not_bound});
    }
    return {};
}

#if TLSPP_HAS_X509
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
#endif

/// The first Finished message of the handshake (RFC 5929 §3.1): the client's, or, where a session was resumed, the
/// server's. Without extended master secret another connection may have the same (RFC 7627 §1).
inline result<channel_binding_data> unique_binding(const core& c) noexcept {
    auto const& facts = c.watch.inside().facts();
    if (negotiated_version(c.ssl) == MBEDTLS_SSL_VERSION_TLS1_3) {
        return std::unexpected(error{errc::unsupported, reason::binding_unique});
    }
    if (!facts.extended_master_secret) {
        return std::unexpected(error{errc::unsupported, reason::export_not_bound});
    }
    bool const client_first = !facts.resumed();
    auto const* const first = finished_message(c.ssl, client_first == (c.context->role == role::client));
    if (first == nullptr) {
        return std::unexpected(error{errc::unsupported, reason::binding_unique});
    }
    channel_binding_data out;
    unsigned char* const room = out.room(12);
    for (std::size_t i = 0; i != 12; ++i) {
        room[i] = first[i];
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
    if (type != "tls-exporter" && type != "tls-server-end-point" && type != "tls-unique") {
        return std::unexpected(error{errc::invalid_argument, reason::binding_unknown}.about(type));
    }
    if (!c.handshake_complete) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (type == "tls-unique") {
        return detail::unique_binding(c);
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
#if TLSPP_HAS_X509
    if (c.context->role == role::client) {
        auto const server = peer_certificate();
        return server ? detail::end_point_binding(*server) : std::unexpected(server.error());
    }
    if (c.context->identities.size() != 1) { // Mbed TLS does not tell which one it took
        return std::unexpected(error{errc::unsupported, reason::binding_identities});
    }
    auto const own = certificate::from_native(*c.context->identities[0].chain_handle());
    return own ? detail::end_point_binding(*own) : std::unexpected(own.error());
#else
    return std::unexpected(error{errc::unsupported}.about("MBEDTLS_X509_CRT_PARSE_C"));
#endif
}
} // namespace tlspp::inline TLSPP_ABI
