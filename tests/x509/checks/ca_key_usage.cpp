// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/ca_key_usage.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("public intermediates say what their keys are for", "[ca_key_usage]") {
    x509::verify_options strict{.profile = profile::webpki};
    auto const silent = build({}, {{.key_usage = 0}});
    CHECK(judge(silent).empty());
    CHECK(judge(silent, strict).has(verify_flag::key_usage));
    CHECK_FALSE(judge(build({}, {{}}), strict).has(verify_flag::key_usage));
    CHECK_FALSE(judge(build({.key_usage = 0}, {{}}), strict).has(verify_flag::key_usage)); // an anchor may be silent
    strict.policy.insecure_no_ca_key_usage = true;
    CHECK_FALSE(judge(silent, strict).has(verify_flag::key_usage));
}
