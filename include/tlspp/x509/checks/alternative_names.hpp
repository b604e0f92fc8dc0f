// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.6: where the subject is empty, subjectAltName says critically who it is. Baseline requirements
/// §7.1.2.7.12: a server's certificate has the extension, with a name in it, and not critically where there is a
/// subject.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \param server the certificate is a server's.
inline verify_flags check_alternative_names(const chain_view& chain, bool server) noexcept {
    if (chain.size == 0 || chain.is_trusted(0)) {
        return {};
    }
    auto const extension = find_extension(chain[0], oids::subject_alt_name);
    bool const anonymous = distinguished_name(detail::bytes_of(chain[0].subject_raw)).empty();
    if (!extension) {
        return anonymous || server ? verify_flags(verify_flag::alternative_names) : verify_flags();
    }
    detail::der_element list;
    bool const named =
        detail::der_reader(extension->value).expect(detail::der_tag::sequence, list) && !list.content.empty();
    bool const marked = anonymous ? extension->critical : !server || !extension->critical;
    return named && marked ? verify_flags() : verify_flags(verify_flag::alternative_names);
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
