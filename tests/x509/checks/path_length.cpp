// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/path_length.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("no more CAs below one than it allows", "[path_length]") {
    CHECK(judge(build({.path_length = 0}, {})).empty());
    CHECK_FALSE(judge(build({.path_length = 0}, {{}})).empty());
    CHECK(judge(build({.path_length = 1}, {{}})).empty());
    CHECK_FALSE(judge(build({.path_length = 1}, {{}, {}})).empty());
    CHECK(judge(build({.path_length = 1}, {{.path_length = 5}})).empty());
    CHECK_FALSE(judge(build({}, {{.path_length = 0}, {}})).empty());

    SECTION("self-issued ones do not count") {
        auto const name = std::optional<std::string>("CN=Rolling");
        CHECK(judge(build({.subject = name, .path_length = 0}, {{.subject = name}})).empty());
    }
    SECTION("the check by itself") {
        auto const root = or_throw(dev::authority::create({.path_length = 0}));
        auto const sub = or_throw(root.intermediate());
        auto const leaf = samples::issue({.dns_names = {"a.example"}}, sub);
        auto const sub_crt = or_throw(sub.certificate());
        auto const root_crt = or_throw(root.certificate());
        const mbedtls_x509_crt* const chain[] = {leaf.native_handle(), sub_crt.native_handle(),
                                                 root_crt.native_handle()};
        CHECK(x509::check_path_length({chain, 3, true}, 8) == verify_flag::path_length);
        CHECK(x509::check_path_length({chain, 2, false}, 8).empty());
        CHECK(x509::check_path_length({chain, 2, false}, 0) == verify_flag::chain_too_long);
    }
}

TEST_CASE("no more CAs than the caller allows", "[path_length]") {
    auto const b = build({}, {{}, {}});
    CHECK(chains::judge_with(b, {.max_intermediates = 2}).empty());
    CHECK(chains::judge_with(b, {.max_intermediates = 1}) == verify_flag::chain_too_long);
    CHECK(chains::judge_with(build({}, {}), {.max_intermediates = 0}).empty());
}
