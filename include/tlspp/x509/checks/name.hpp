// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/public_suffix.hpp>
#include <tlspp/server_name.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/extensions.hpp>
#include <tlspp/x509/general_name.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

/// \file
/// RFC 9525 §6: a certificate is for a name if one entry of its subjectAltName of the name's own kind says so. A host
/// name is compared with dNSName entries only, an address with iPAddress entries only, common names and URIs with
/// nothing. (Mbed TLS compares a host name with URI entries too, an address with dNSName entries, and falls back to the
/// common name.)
namespace tlspp::inline TLSPP_ABI {
namespace detail {

/// What the peer's certificate must be for. A view: the connection owns what it looks at.
struct peer_name {
    enum class kind : std::uint8_t { any, dns, ip, email };

    kind what = kind::any;
    std::string_view text = {};              ///< a host name, well-formed, without trailing dot; or a mailbox
    std::span<const std::byte> address = {}; ///< 4 or 16 bytes
    /// How mailboxes are compared, where the peer is one: no handshake asks for one, nor links this.
    bool (*mailbox)(std::string_view presented, std::string_view wanted) noexcept = nullptr;

    static peer_name of(const server_name& name) noexcept {
        return {name.kind() == name_kind::ip ? kind::ip : kind::dns, name.text(), name.address()};
    }
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI

#if TLSPP_HAS_X509
namespace tlspp::inline TLSPP_ABI {
namespace detail {

constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Without regard to case, for ASCII letters only (RFC 4343).
constexpr bool equal_names(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i != a.size(); ++i) {
        if (ascii_lower(a[i]) != ascii_lower(b[i])) {
            return false;
        }
    }
    return true;
}
} // namespace detail

namespace x509 {

/// RFC 9525 §6.3: true where a dNSName entry is for this host. A `*` counts only as the whole left-most label, stands
/// for exactly one label, and never before a single label (`*.com`).
constexpr bool matches_dns(std::string_view presented, std::string_view host) noexcept {
    if (presented.empty() || host.empty()) {
        return false;
    }
    if (presented.starts_with("*.")) {
        presented.remove_prefix(1); // but for its leading dot, the parent
        auto const dot = host.find('.');
        if (dot == std::string_view::npos || dot == 0 || presented.find('.', 1) == std::string_view::npos) {
            return false;
        }
        host.remove_prefix(dot);
    }
    return presented.find('*') == std::string_view::npos && detail::equal_names(presented, host);
}

/// RFC 5280 §7.5: the local part is compared exactly, the host without regard to case.
constexpr bool matches_email(std::string_view presented, std::string_view mailbox) noexcept {
    auto const at = mailbox.rfind('@');
    return at != std::string_view::npos && presented.rfind('@') == at &&
           detail::part(presented, 0, at) == detail::part(mailbox, 0, at) &&
           detail::equal_names(detail::part(presented, at), detail::part(mailbox, at));
}

/// The same without wildcards that stand directly below a public suffix: `*.co.uk` is for nobody.
inline bool matches_dns(std::string_view presented, std::string_view host,
                        [[maybe_unused]] detail::suffix_list suffixes) noexcept {
    // without the list, only single labels are public suffixes
    return matches_dns(presented, host) &&
           (TLSPP_PSL == 0 ||
            !(presented.starts_with("*.") && detail::is_public_suffix(detail::part(presented, 2), suffixes)));
}

/// True where an entry of subjectAltName of the name's own kind is this name.
inline bool is_named(bytes presented, const detail::peer_name& name, detail::suffix_list suffixes) noexcept {
    if (name.what == detail::peer_name::kind::dns) {
        return matches_dns(presented.text(), name.text, suffixes);
    }
    return !name.address.empty() && detail::same_bytes(presented, name.address);
}

/// True where the certificate is for this peer; for `any` always.
/// \param suffixes below which of them no wildcard counts, where the list is at hand.
inline bool matches_name(const mbedtls_x509_crt& crt, const detail::peer_name& name,
                         detail::suffix_list suffixes = detail::suffix_list::registries) noexcept {
    using kind = detail::peer_name::kind;
    if (name.what == kind::any) {
        return true;
    }
    auto const wanted = name.what == kind::dns  ? general_name_kind::dns
                        : name.what == kind::ip ? general_name_kind::ip
                                                : general_name_kind::email;
    bool found = false;
    for (auto const* one = &crt.subject_alt_names; one != nullptr && one->buf.p != nullptr; one = one->next) {
        if (!is_general_name(one->buf)) { // Mbed TLS reads on behind a kind that there is not, other checks do not
            return false;
        }
        if (!found && (one->buf.tag & 0x1F) == static_cast<int>(wanted)) {
            auto const presented = detail::bytes_of(one->buf);
            found = name.mailbox != nullptr ? name.mailbox(presented.text(), name.text)
                                            : is_named(presented, name, suffixes);
        }
    }
    return found;
}
} // namespace x509
} // namespace tlspp::inline TLSPP_ABI
#endif
