// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/basic_constraints.hpp>
#include <tlspp/x509/checks/encoding.hpp>
#include <tlspp/x509/checks/extended_key_usage.hpp>
#include <tlspp/x509/checks/key_usage.hpp>
#include <tlspp/x509/checks/name_constraints.hpp>
#include <tlspp/x509/checks/path_length.hpp>
#include <tlspp/x509/checks/repeated_extension.hpp>
#include <tlspp/x509/checks/unknown_critical.hpp>
#include <tlspp/x509/checks/validity.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/policy.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// All checks of the whole chain that Mbed TLS leaves out or does otherwise. The name is another matter: see
/// `name.hpp`.
inline verify_flags check_chain(const chain_view& chain, const verify_policy& policy) noexcept {
    verify_flags found;
    if (policy.clock != nullptr && !policy.insecure_no_clock) {
        auto const now = policy.clock(policy.clock_context);
        found |= now < 0 ? verify_flags(verify_flag::no_clock) : check_validity(chain, now);
    }
    if (policy.clock == nullptr && !detail::build::time_date && !policy.insecure_no_clock) {
        found |= verify_flag::no_clock;
    }
    if (!policy.insecure_no_basic_constraints) {
        found |= check_basic_constraints(chain);
    }
    if (!policy.insecure_no_path_length) {
        found |= check_path_length(chain, policy.max_intermediates);
    }
    if (!policy.insecure_no_key_usage) {
        found |= check_key_usage(chain, policy.leaf_usage.empty() ? usages_for(policy.purpose) : policy.leaf_usage);
    }
    if (!policy.insecure_no_repeated_extension) {
        found |= check_repeated_extension(chain);
    }
    if (!policy.insecure_no_encoding) {
        found |= check_encoding(chain);
    }
    if (!policy.insecure_no_extended_key_usage && policy.purpose != purpose::any) {
        found |=
            check_extended_key_usage(chain, policy.purpose == purpose::server ? oids::server_auth : oids::client_auth);
    }
    for (oid one : policy.further_purposes) {
        found |= policy.insecure_no_extended_key_usage ? verify_flags() : check_extended_key_usage(chain, one);
    }
    if (!policy.insecure_no_name_constraints) {
        found |= check_name_constraints(chain);
    }
    if (!policy.insecure_ignore_unknown_critical) {
        found |= check_unknown_critical(chain);
    }
    return found | policy.profile.form(chain, policy);
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
