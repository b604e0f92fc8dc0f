// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

/// For the tests of `profile::webpki`: each rule has a chain that breaks nothing else.
namespace chains {

inline verify_flags judge_form(const built& b, verify_policy policy = {},
                               x509::purpose purpose = x509::purpose::server) {
    policy.profile = profile::webpki;
    return judge(b, x509::verify_options{.purpose = purpose, .policy = policy});
}

/// Plain Mbed TLS and `profile::rfc5280` accept the chain, `profile::webpki` finds this flag and no other, and nothing
/// where the one check is left out.
inline void form_gap(const built& b, verify_flag flag, bool verify_policy::* left_out,
                     x509::purpose purpose = x509::purpose::server) {
    CHECK(mbedtls_accepts(b));
    CHECK(judge(b, x509::verify_options{.purpose = purpose}).empty());
    CHECK(judge_form(b, {}, purpose) == flag);
    verify_policy without;
    without.*left_out = true;
    CHECK(judge_form(b, without, purpose).empty());
}

/// The content of an extension, to stand in `certificate_options::extensions`.
inline dev::extension extension(const char* oid, std::string_view der, bool critical = false) {
    return {.oid = oid, .der = samples::octets(der), .critical = critical};
}
} // namespace chains
