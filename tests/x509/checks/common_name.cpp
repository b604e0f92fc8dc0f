// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/common_name.hpp>

#include "form_gap.hpp"
#include <string>
#include <string_view>
#include <vector>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
constexpr auto left_out = &verify_policy::insecure_no_common_name;

chains::built server(const char* common_name, std::vector<std::string> dns, std::vector<std::string> ip = {}) {
    return build({}, {}, {.dns_names = std::move(dns), .ip_addresses = std::move(ip), .common_name = common_name});
}
} // namespace

TEST_CASE("a common name repeats an alternative one", "[common_name]") {
    CHECK(judge_form(server("b.example", {"a.example", "b.example"})).empty());
    CHECK(judge_form(server("*.a.example", {"*.a.example"})).empty());
    CHECK(judge_form(server("192.0.2.1", {}, {"192.0.2.1"})).empty());
    CHECK(judge_form(server("2001:db8::1", {}, {"2001:db8::1"})).empty());
    CHECK(judge_form(build({}, {}, {.dns_names = {"a.example"}, .subject = "O=No common name"})).empty());

    for (auto const* other : {"A.example", "b.example", "a.example.", "Example Ltd", "a.exampl"}) {
        form_gap(server(other, {"a.example"}), verify_flag::common_name, left_out);
    }
    for (auto const* other : {"192.000.002.001", "0xC0000201", "192.0.2.2"}) {
        form_gap(server(other, {}, {"192.0.2.1"}), verify_flag::common_name, left_out);
    }
    for (auto const* other : {"2001:DB8::1", "2001:db8:0:0:0:0:0:1"}) {
        form_gap(server(other, {}, {"2001:db8::1"}), verify_flag::common_name, left_out);
    }
}

TEST_CASE("there is one common name, and clients have any", "[common_name]") {
    auto const twice = build(
        {}, {},
        {.dns_names = {"a.example"}, .subject = "O=a.example,CN=a.example", .tamper_before_signing = [](auto& tbs) {
             // organizationName in the subject becomes a second commonName
             std::string_view const all(reinterpret_cast<const char*>(tbs.data()), tbs.size());
             auto const at = all.rfind(std::string_view("\x55\x04\x0A", 3), all.rfind("a.example"));
             tbs[at + 2] = std::byte{3};
         }});
    form_gap(twice, verify_flag::common_name, left_out);
    CHECK(judge_form(server("Anybody", {"a.example"}), {}, x509::purpose::client).empty());
    CHECK(judge_form(server("Anybody", {"a.example"}), {}, x509::purpose::any).empty());
}
