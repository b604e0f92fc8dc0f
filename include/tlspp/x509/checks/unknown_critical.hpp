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

/// Whether names are compared with name constraints; where they are not (`TLSPP_NAME_CONSTRAINTS`), who has constraints
/// demands what is not done, critical or not.
inline constexpr bool compares_constrained_names = TLSPP_NAME_CONSTRAINTS != 0;

constexpr bool is_processed(oid id) noexcept {
    constexpr unsigned first = 15; // id-ce-keyUsage is the first of them
    constexpr auto bit = [](oid known) noexcept { return std::uint32_t{1} << (known.certificate_extension() - first); };
    constexpr std::uint32_t all = bit(oids::basic_constraints) | bit(oids::key_usage) | bit(oids::extended_key_usage) |
                                  bit(oids::subject_alt_name) | bit(oids::certificate_policies) |
                                  (compares_constrained_names ? bit(oids::name_constraints) : 0);
    unsigned const number = id.certificate_extension() - first;
    return number < 32 && (all >> number & 1U) != 0;
}

inline verify_flags check_unknown_critical(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        extension_cursor all(chain[i]);
        for (extension e; all.next(e);) {
            // policy constraints demand processing whatever their flag says (§4.2.1.11: it MUST say critical)
            unsigned const number = e.id.certificate_extension();
            bool const demanding =
                e.critical || (number == oids::policy_constraints.certificate_extension() && !chain.is_anchor(i));
            if (demanding && !is_processed(e.id)) {
                return verify_flag::unknown_critical;
            }
        }
    }
    return {};
}

/// Instead of `check_name_constraints`, where names are not compared: who has constraints is refused, critical or not.
inline verify_flags refuse_name_constraints(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        extension_cursor all(chain[i]);
        for (extension e; all.next(e);) {
            if (e.id.certificate_extension() == oids::name_constraints.certificate_extension()) {
                return verify_flag::unknown_critical;
            }
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
