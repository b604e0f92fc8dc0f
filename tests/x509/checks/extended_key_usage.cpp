// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/extended_key_usage.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;
using x509::purpose;

namespace {
dev::certificate_options for_purposes(std::vector<std::string> purposes) {
    return {.dns_names = {"a.example"}, .extended_key_usage = std::move(purposes)};
}
} // namespace

TEST_CASE("the leaf is for the purpose", "[extended_key_usage]") {
    auto const server = build({}, {}, for_purposes({dev::purpose::server_auth}));
    CHECK(judge(server).empty());
    CHECK(judge(server, {.purpose = purpose::client}) == verify_flag::extended_key_usage);
    CHECK(judge(server, {.purpose = purpose::any}).empty());
    CHECK(judge(build({}, {}, for_purposes({dev::purpose::code_signing}))) == verify_flag::extended_key_usage);
    CHECK(judge(build({}, {}, for_purposes({dev::purpose::any}))).empty());
    CHECK(judge(build({}, {}, for_purposes({}))).empty());
    CHECK(chains::judge_with(build({}, {}, for_purposes({dev::purpose::code_signing})),
                             {.insecure_no_extended_key_usage = true})
              .empty());
}

TEST_CASE("an intermediate passes on no purpose that it lacks", "[extended_key_usage]") {
    auto const b = build({}, {for_purposes({dev::purpose::code_signing})}, for_purposes({dev::purpose::server_auth}));
    CHECK(judge(b) == verify_flag::extended_key_usage);
    CHECK(chains::mbedtls_accepts(b));
    CHECK(judge(build({}, {for_purposes({dev::purpose::server_auth})})).empty());
    CHECK(judge(build({}, {for_purposes({dev::purpose::any})})).empty());
    CHECK(judge(build(for_purposes({dev::purpose::code_signing}), {})) == verify_flag::extended_key_usage);
    CHECK(judge(build(for_purposes({dev::purpose::server_auth}), {})).empty());
}
