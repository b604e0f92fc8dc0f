// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/critical_ca.hpp>

#include "form_gap.hpp"

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("an intermediate marks basicConstraints as critical", "[critical_ca]") {
    auto const unmarked = chains::extension("2.5.29.19", {"\x30\x03\x01\x01\xFF", 5});
    form_gap(build({}, {{.extensions = {unmarked}}}), verify_flag::critical_ca,
             &verify_policy::insecure_no_critical_ca);
    CHECK(judge_form(build({.extensions = {unmarked}}, {{}})).empty());
}
