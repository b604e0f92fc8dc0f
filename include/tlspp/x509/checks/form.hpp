// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/alternative_names.hpp>
#include <tlspp/x509/checks/authority_key.hpp>
#include <tlspp/x509/checks/ca_key_usage.hpp>
#include <tlspp/x509/checks/common_name.hpp>
#include <tlspp/x509/checks/critical_ca.hpp>
#include <tlspp/x509/checks/dns_syntax.hpp>
#include <tlspp/x509/checks/end_entity.hpp>
#include <tlspp/x509/checks/information_access.hpp>
#include <tlspp/x509/checks/key_size.hpp>
#include <tlspp/x509/checks/serial_number.hpp>
#include <tlspp/x509/checks/server_purposes.hpp>
#include <tlspp/x509/checks/subject_key.hpp>
#include <tlspp/x509/checks/version.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/policy.hpp>

#if TLSPP_HAS_X509

/// \file
/// What `profile::webpki` adds: the form of all certificates but the anchor, and, where the peer is a server, of its
/// own one.
namespace tlspp::inline TLSPP_ABI::x509 {

/// All checks of form that the policy does not leave out.
inline verify_flags check_form(const chain_view& chain, const verify_policy& policy) noexcept {
    bool const server = policy.purpose == purpose::server;
    auto const unless = [&](bool left_out, verify_flags (*check)(const chain_view&) noexcept) noexcept {
        return left_out ? verify_flags() : check(chain);
    };
    verify_flags found = unless(policy.insecure_no_version, check_version) |
                         unless(policy.insecure_no_serial_number, check_serial_number) |
                         unless(policy.insecure_no_authority_key, check_authority_key) |
                         unless(policy.insecure_no_subject_key, check_subject_key) |
                         unless(policy.insecure_no_ca_key_usage, check_ca_key_usage) |
                         unless(policy.insecure_no_critical_ca, check_critical_ca) |
                         unless(policy.insecure_no_key_size, check_key_size) |
                         unless(policy.insecure_no_end_entity, check_end_entity) |
                         unless(policy.insecure_no_dns_syntax, check_dns_syntax) |
                         unless(policy.insecure_no_information_access, check_information_access) |
                         unless(!server || policy.insecure_no_common_name, check_common_name) |
                         unless(!server || policy.insecure_no_server_purposes, check_server_purposes);
    if (!policy.insecure_no_alternative_names) {
        found |= check_alternative_names(chain, server);
    }
    return found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
