// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/version.hpp>

#include "form_gap.hpp"

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("a certificate of another version than 3 is not a public CA's", "[version]") {
    CHECK(judge_form(build({}, {{}})).empty());
    CHECK(judge_form(build({.version = 1}, {})).empty()); // an anchor may be old

    // as a server's it lacks more than that, so here it is a client's
    auto const b = build({}, {}, {.common_name = "client", .version = 1});
    verify_policy without{.insecure_no_authority_key = true};
    CHECK(chains::mbedtls_accepts(b));
    CHECK(chains::judge(b, {.purpose = x509::purpose::client}).empty());
    CHECK(judge_form(b, without, x509::purpose::client) == verify_flag::version);
    without.insecure_no_version = true;
    CHECK(judge_form(b, without, x509::purpose::client).empty());
}
