// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/basic_constraints.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("whoever issues is a CA", "[basic_constraints]") {
    CHECK(judge(build({}, {{}})).empty());
    // Mbed TLS does not take these for issuers in the first place
    CHECK(judge(build({}, {{.is_ca = false}})).has(verify_flag::not_trusted));
    CHECK_FALSE(judge(build({.is_ca = false}, {})).empty());
    CHECK(judge(build({}, {{.without_extensions = {"2.5.29.19"}}})).has(verify_flag::not_trusted));
    CHECK_FALSE(judge(build({.without_extensions = {"2.5.29.19"}}, {})).empty());

    SECTION("an anchor of version 1 cannot say so") {
        auto const b = build({.version = 1}, {});
        CHECK(judge(b).empty());
        CHECK(chains::mbedtls_accepts(b));
        CHECK_FALSE(judge(build({}, {{.version = 1}})).empty()); // an intermediate could have
    }
    SECTION("the check by itself") {
        auto const leaf = samples::issue({.dns_names = {"a.example"}});
        auto const ca = or_throw(samples::ca().certificate());
        const mbedtls_x509_crt* const good[] = {leaf.native_handle(), ca.native_handle()};
        const mbedtls_x509_crt* const bad[] = {leaf.native_handle(), leaf.native_handle()};
        CHECK(x509::check_basic_constraints({good, 2, true}).empty());
        CHECK(x509::check_basic_constraints({bad, 2, true}) == verify_flag::basic_constraints);
        CHECK(x509::check_basic_constraints({bad, 2, false}) == verify_flag::basic_constraints);
        CHECK(x509::check_basic_constraints({bad, 1, false}).empty());
    }
}
