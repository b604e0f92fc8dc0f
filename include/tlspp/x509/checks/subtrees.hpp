// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/x509/checks/name.hpp>
#include <tlspp/x509/checks/name_comparison.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/general_name.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.10: whether a name lies in the subtree that a name constraint describes, for each kind of name.
namespace tlspp::inline TLSPP_ABI::x509 {

/// How a name stands to a subtree. `unclear`: one of the two is malformed, or of a kind that nobody can compare.
enum class containment : std::uint8_t { outside, partly, inside, unclear };

/// \cond
/// Letters, digits, hyphens and underscores in labels of 1 to 63, 253 in all.
constexpr bool is_host_name(std::string_view text) noexcept {
    std::size_t label = 0;
    for (char const c : text) {
        bool const good =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (c == '.' ? label == 0 : !good || label == 63) {
            return false;
        }
        label = c == '.' ? 0 : label + 1;
    }
    return label != 0 && text.size() <= 253;
}

constexpr bool ends_with(std::string_view text, std::string_view end) noexcept {
    return text.size() >= end.size() && detail::equal_names(detail::part(text, text.size() - end.size()), end);
}

/// `host` is `tree` or has labels more on its left.
constexpr bool is_subdomain(std::string_view host, std::string_view tree) noexcept {
    return ends_with(host, tree) && (host.size() == tree.size() || host[host.size() - tree.size() - 1] == '.');
}

constexpr containment dns_in(std::string_view name, std::string_view tree) noexcept {
    bool const wildcard = name.starts_with("*.");
    auto const host = wildcard ? detail::part(name, 2) : name;
    if (!is_host_name(host) || (!tree.empty() && !is_host_name(tree))) {
        return containment::unclear;
    }
    if (tree.empty() || is_subdomain(host, tree)) {
        return containment::inside;
    }
    // *.example.com stands for names inside of a.example.com and for others
    if (wildcard && tree.size() > host.size() && is_subdomain(tree, host) &&
        detail::part(tree, 0, tree.size() - host.size() - 1).find('.') == std::string_view::npos) {
        return containment::partly;
    }
    return containment::outside;
}

/// What stands behind the last `@`, the local part before it; the host alone where there is none.
struct mailbox {
    std::string_view local;
    std::string_view host;
    bool has_at = false;
};
constexpr mailbox split_mailbox(std::string_view text) noexcept {
    auto const at = text.rfind('@');
    return at == std::string_view::npos ? mailbox{{}, text, false}
                                        : mailbox{detail::part(text, 0, at), detail::part(text, at + 1), true};
}
/// A local part is a dotted atom or quoted; `@` and spaces stand in quotes only (RFC 5321 §4.1.2).
constexpr bool is_mailbox(const mailbox& m) noexcept {
    bool const quoted = m.local.size() > 1 && m.local.front() == '"' && m.local.back() == '"';
    for (char const c : m.local) {
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ||
            (!quoted && (c == '@' || c == ' ' || c == '"'))) {
            return false;
        }
    }
    return m.has_at && !m.local.empty() && is_host_name(m.host);
}

constexpr containment email_in(std::string_view name, std::string_view tree) noexcept {
    auto const box = split_mailbox(name);
    auto const limit = split_mailbox(tree);
    if (!is_mailbox(box)) {
        return containment::unclear;
    }
    bool inside = false;
    if (limit.has_at) { // one mailbox
        if (!is_mailbox(limit)) {
            return containment::unclear;
        }
        inside = box.local == limit.local && detail::equal_names(box.host, limit.host);
    } else if (tree.starts_with('.')) { // all hosts below a domain
        if (!is_host_name(detail::part(tree, 1))) {
            return containment::unclear;
        }
        inside = box.host.size() > tree.size() && ends_with(box.host, tree);
    } else { // one host
        if (!tree.empty() && !is_host_name(tree)) {
            return containment::unclear;
        }
        inside = tree.empty() || detail::equal_names(box.host, tree);
    }
    return inside ? containment::inside : containment::outside;
}

/// The host of a URI with an authority (RFC 3986 §3.2); empty where it has none, or an address.
constexpr std::string_view uri_host(std::string_view uri) noexcept {
    auto const scheme = uri.find("://");
    if (scheme == std::string_view::npos || scheme == 0) {
        return {};
    }
    auto authority = detail::part(uri, scheme + 3);
    authority = detail::part(authority, 0, authority.find_first_of("/?#"));
    if (auto const at = authority.rfind('@'); at != std::string_view::npos) {
        authority.remove_prefix(at + 1);
    }
    auto const host = detail::part(authority, 0, authority.find(':'));
    auto const last = detail::part(host, host.rfind('.') + 1);
    bool const address = last.find_first_not_of("0123456789") == std::string_view::npos;
    return is_host_name(host) && !address ? host : std::string_view();
}

constexpr containment uri_in(std::string_view name, std::string_view tree) noexcept {
    auto const host = uri_host(name);
    bool const below = tree.starts_with('.');
    if (host.empty() || (!tree.empty() && !is_host_name(below ? detail::part(tree, 1) : tree))) {
        return containment::unclear;
    }
    bool const inside =
        tree.empty() || (below ? host.size() > tree.size() && ends_with(host, tree) : detail::equal_names(host, tree));
    return inside ? containment::inside : containment::outside;
}

/// `tree` is an address and a mask, whose ones stand in front (RFC 4632 §3.1).
inline containment address_in(bytes name, bytes tree) noexcept {
    if ((name.size() != 4 && name.size() != 16) || (tree.size() != 8 && tree.size() != 32)) {
        return containment::unclear;
    }
    std::size_t const size = tree.size() / 2;
    bool ended = false;
    for (std::size_t i = 0; i != size * 8; ++i) {
        bool const one = (tree.uchars()[size + i / 8] & (0x80U >> (i % 8))) != 0;
        if (one && ended) {
            return containment::unclear;
        }
        ended = ended || !one;
    }
    if (name.size() != size) {
        return containment::outside;
    }
    for (std::size_t i = 0; i != size; ++i) {
        if (((name.uchars()[i] ^ tree.uchars()[i]) & tree.uchars()[size + i]) != 0) {
            return containment::outside;
        }
    }
    return containment::inside;
}
/// \endcond

/// How `name` stands to the subtree `tree` of the same kind.
inline containment contained_in(const general_name& name, const general_name& tree) noexcept {
    switch (name.kind()) {
    case general_name_kind::dns:
        return dns_in(name.text(), tree.text());
    case general_name_kind::email:
        return email_in(name.text(), tree.text());
    case general_name_kind::uri:
        return uri_in(name.text(), tree.text());
    case general_name_kind::ip:
        return address_in(name.value(), tree.value());
    case general_name_kind::directory:
        return is_below(tree.value(), name.value()) ? containment::inside : containment::outside;
    case general_name_kind::other:
    case general_name_kind::registered_id:
    case general_name_kind::x400_address:
    case general_name_kind::edi_party:
        break;
    }
    return containment::unclear;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
