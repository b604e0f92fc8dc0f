// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/information_access.hpp>

#include "form_gap.hpp"
#include <string_view>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
constexpr const char* oid = "1.3.6.1.5.5.7.1.1";
// caIssuers, URI "a:"; the same as a list in a list; with something behind it; an empty list
constexpr std::string_view good{"\x30\x10\x30\x0E\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02\x86\x02"
                                "a:",
                                18};
constexpr std::string_view bad[] = {
    {"malformed"},
    {"\x30\x00", 2},
    {"\x30\x02\x30\x00", 4},
    {"\x30\x0C\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02", 14},
    {"\x30\x10\x30\x0E\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02\x0C\x02"
     "a:",
     18},
    {"\x30\x10\x30\x0E\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02\x86\x02"
     "a:x",
     19},
};
} // namespace

TEST_CASE("information about an issuer can be read", "[information_access]") {
    CHECK(judge_form(build({}, {{.extensions = {chains::extension(oid, good)}}},
                           {.dns_names = {"a.example"}, .extensions = {chains::extension(oid, good)}}))
              .empty());
    for (auto const value : bad) {
        form_gap(build({}, {}, {.dns_names = {"a.example"}, .extensions = {chains::extension(oid, value)}}),
                 verify_flag::information_access, &verify_policy::insecure_no_information_access);
    }
    form_gap(build({}, {{.extensions = {chains::extension(oid, bad[0])}}}), verify_flag::information_access,
             &verify_policy::insecure_no_information_access);
    CHECK(judge_form(build({.extensions = {chains::extension(oid, bad[0])}}, {})).empty());
}
