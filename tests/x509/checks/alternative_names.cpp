// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/alternative_names.hpp>

#include "form_gap.hpp"
#include <string_view>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
constexpr auto left_out = &verify_policy::insecure_no_alternative_names;
constexpr auto flag = verify_flag::alternative_names;
constexpr std::string_view a_example{"\x30\x0B\x82\x09"
                                     "a.example",
                                     13};
dev::extension names(bool critical) { return chains::extension("2.5.29.17", a_example, critical); }
} // namespace

TEST_CASE("subjectAltName is critical where there is no subject", "[alternative_names]") {
    CHECK(judge_form(build({}, {}, {.subject = "", .extensions = {names(true)}})).empty());
    form_gap(build({}, {}, {.subject = "", .extensions = {names(false)}}), flag, left_out);
    form_gap(build({}, {}, {.subject = "", .extensions = {names(false)}}), flag, left_out, x509::purpose::client);
    form_gap(build({}, {}, {.subject = ""}), flag, left_out, x509::purpose::client);
}

TEST_CASE("a server has names, not critically where there is a subject", "[alternative_names]") {
    CHECK(judge_form(build({}, {}, {.common_name = "a.example", .extensions = {names(false)}})).empty());
    form_gap(build({}, {}, {.common_name = "a.example", .extensions = {names(true)}}), flag, left_out);
    CHECK(judge_form(build({}, {}, {.common_name = "client", .extensions = {names(true)}}), {}, x509::purpose::client)
              .empty());

    auto const none = build({}, {}, {.subject = "O=Nobody"});
    form_gap(none, flag, left_out);
    CHECK(judge_form(none, {}, x509::purpose::client).empty());
}
