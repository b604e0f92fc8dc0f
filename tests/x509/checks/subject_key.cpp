// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/subject_key.hpp>

#include "form_gap.hpp"
#include <string>
#include <vector>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("a CA says which key it has", "[subject_key]") {
    std::vector<std::string> const without{"2.5.29.14"};
    form_gap(build({}, {{.without_extensions = without}}), verify_flag::subject_key,
             &verify_policy::insecure_no_subject_key);
    CHECK(judge_form(build({.without_extensions = without}, {{}})).empty());
    CHECK(judge_form(build({}, {{}}, {.dns_names = {"a.example"}, .without_extensions = without})).empty());
}
