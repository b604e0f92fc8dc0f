// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.2.1: authorityInformationAccess, where it is there, is a list of one or more descriptions. Nothing here
/// follows it; but whoever wrote nonsense there did not know what they signed.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \cond
inline bool is_information_access(bytes value) noexcept {
    detail::der_element list;
    if (!detail::der_reader(value).expect(detail::der_tag::sequence, list) || list.whole.size() != value.size() ||
        list.content.empty()) {
        return false;
    }
    detail::der_reader descriptions(list.content);
    while (!descriptions.at_end()) {
        detail::der_element part;
        if (!descriptions.expect(detail::der_tag::sequence, part)) {
            return false;
        }
        detail::der_reader fields(part.content);
        if (!fields.expect(detail::der_tag::oid, part) || !fields.next(part) || !fields.at_end() ||
            !general_name_cursor::is_general_name(part.tag)) {
            return false;
        }
    }
    return true;
}
/// \endcond

inline verify_flags check_information_access(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        auto const extension = find_extension(chain[i], oids::authority_information_access);
        if (!chain.is_trusted(i) && extension && !is_information_access(extension->value)) {
            return verify_flag::information_access;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
