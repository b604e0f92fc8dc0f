// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/x509/checks/chain.hpp>

#include <tlspp/x509/checks/subtrees.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.6: a dNSName is a host name as RFC 1034 §3.5 and RFC 1123 §2.1 have them: letters, digits and
/// hyphens, no hyphen at either end of a label, no number at the end; or such a name behind `*.`.
namespace tlspp::inline TLSPP_ABI::x509 {

constexpr bool is_preferred_name(std::string_view presented) noexcept {
    auto const host = presented.starts_with("*.") ? detail::part(presented, 2) : presented;
    auto const last = detail::part(host, host.rfind('.') + 1);
    if (!is_host_name(host) || host.find('_') != std::string_view::npos ||
        last.find_first_not_of("0123456789") == std::string_view::npos) {
        return false;
    }
    bool at_start = true;
    for (std::size_t i = 0; i != host.size(); ++i) {
        bool const at_end = i + 1 == host.size() || host[i + 1] == '.';
        if (host[i] == '-' && (at_start || at_end)) {
            return false;
        }
        at_start = host[i] == '.';
    }
    return true;
}

inline verify_flags check_dns_syntax(const chain_view& chain) noexcept {
    if (chain.size == 0 || chain.is_trusted(0)) {
        return {};
    }
    auto const extension = find_extension(chain[0], oids::subject_alt_name);
    general_name_cursor names;
    detail::der_element list;
    if (extension && detail::der_reader(extension->value).expect(detail::der_tag::sequence, list)) {
        names = general_name_cursor(list.content);
    }
    for (general_name name; names.next(name);) {
        if (name.kind() == general_name_kind::dns && !is_preferred_name(name.text())) {
            return verify_flag::dns_syntax;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
