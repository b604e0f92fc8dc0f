// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/validity.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("every certificate of the chain is valid at the time", "[validity]") {
    auto const b = build({.not_before = 1000, .not_after = 5000}, {{.not_before = 1500, .not_after = 4500}},
                         {.dns_names = {"a.example"}, .not_before = 2000, .not_after = 4000});
    auto const at = [&b](unix_seconds time) { return judge(b, {.time = time}); };
    CHECK(at(2000).empty());
    CHECK(at(4000).empty());
    CHECK(at(1999) == verify_flag::not_yet_valid);
    CHECK(at(4001) == verify_flag::expired);
    CHECK(at(5001) == verify_flag::expired);
    CHECK(at(999) == verify_flag::not_yet_valid);
    CHECK(judge(b) == verify_flag::expired); // by the system's clock
    CHECK(chains::judge_with(b, {.insecure_no_clock = true}).empty());

    auto const anchor = build({.not_before = 1000, .not_after = 3000}, {},
                              {.dns_names = {"a.example"}, .not_before = 1000, .not_after = 9000});
    CHECK(judge(anchor, {.time = 3001}) == verify_flag::expired);
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}}), {.time = 0}) == verify_flag::not_yet_valid);
}
