// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <tlspp/detail/ip_address.hpp>

#if TLSPP_HAS_X509

/// \file
/// Baseline requirements §7.1.4.3, over RFC 9525 §2: the common name of a server's certificate, which nobody compares
/// with anything any more, repeats an entry of subjectAltName character by character, addresses as in RFC 3986 §3.2.2
/// and RFC 5952 §4; and there is one at most.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \cond
/// True where an entry of subjectAltName reads like this.
inline bool is_alternative_name(const mbedtls_x509_crt& crt, std::string_view text) noexcept {
    auto const extension = find_extension(crt, oids::subject_alt_name);
    detail::der_element list;
    if (!extension || !detail::der_reader(extension->value).expect(detail::der_tag::sequence, list)) {
        return false;
    }
    general_name_cursor names(list.content);
    for (general_name name; names.next(name);) {
        char address[64];
        detail::text_writer written{address};
        if (name.kind() == general_name_kind::ip) {
            detail::write_ip_address(written, name.address());
        }
        if (name.kind() == general_name_kind::dns ? name.text() == text
                                                  : written.size() != 0 && text == std::string_view(address)) {
            return true;
        }
    }
    return false;
}
/// \endcond

inline verify_flags check_common_name(const chain_view& chain) noexcept {
    if (chain.size == 0 || chain.is_trusted(0)) {
        return {};
    }
    bool seen = false;
    for (const attribute& a : distinguished_name(detail::bytes_of(chain[0].subject_raw))) {
        if (a.type != oids::common_name) {
            continue;
        }
        char text[256];
        auto const size = a.write_value(text);
        if (seen || size + 1 >= sizeof text || !is_alternative_name(chain[0], {text, size})) {
            return verify_flag::common_name;
        }
        seen = true;
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
