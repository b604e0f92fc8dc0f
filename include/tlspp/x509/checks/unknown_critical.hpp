// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2: a certificate with a critical extension that is not processed is refused. Processed here: basic
/// constraints, both key usages, subjectAltName, name constraints; and certificate policies, since no policy is asked
/// for, so that any will do (§6.1.1(c)). Policy constraints, mappings and inhibitAnyPolicy, which are not, are refused,
/// and so are the key identifiers where they are marked critical, against §4.2.1.1 and §4.2.1.2, in an anchor too: it
/// demands what is not done.
namespace tlspp::inline TLSPP_ABI::x509 {

constexpr bool is_processed(oid id) noexcept {
    return id == oids::basic_constraints || id == oids::key_usage || id == oids::extended_key_usage ||
           id == oids::subject_alt_name || id == oids::name_constraints || id == oids::certificate_policies;
}

inline verify_flags check_unknown_critical(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        extension_cursor all(chain[i]);
        for (extension e; all.next(e);) {
            // policy constraints demand processing whatever their flag says (§4.2.1.11: it MUST say critical)
            bool const demanding = e.critical || (e.id == oids::policy_constraints && !chain.is_anchor(i));
            if (demanding && !is_processed(e.id)) {
                return verify_flag::unknown_critical;
            }
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
