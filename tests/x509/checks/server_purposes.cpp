// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/server_purposes.hpp>

#include "form_gap.hpp"
#include <string>
#include <vector>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
constexpr auto left_out = &verify_policy::insecure_no_server_purposes;
constexpr auto flag = verify_flag::server_purposes;
namespace purpose = dev::purpose;

chains::built server(std::vector<std::string> purposes) {
    return build({}, {}, {.dns_names = {"a.example"}, .extended_key_usage = std::move(purposes)});
}
} // namespace

TEST_CASE("a public server is a server, and little else", "[server_purposes]") {
    CHECK(judge_form(server({purpose::server_auth})).empty());
    CHECK(judge_form(server({purpose::client_auth, purpose::server_auth})).empty());
    form_gap(server({}), flag, left_out); // without the extension
    form_gap(server({purpose::any}), flag, left_out);
    for (auto const* apart :
         {purpose::any, purpose::code_signing, purpose::email_protection, purpose::ocsp_signing, "1.3.6.1.5.5.7.3.8"}) {
        form_gap(server({purpose::server_auth, apart}), flag, left_out);
    }
    form_gap(build({}, {},
                   {.dns_names = {"a.example"},
                    .extensions = {chains::extension("2.5.29.37",
                                                     {"\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01", 12}, true)}}),
             flag, left_out);
    CHECK(judge_form(server({}), {}, x509::purpose::client).empty());
    // for clients only: by this check, too, where the other one is left out
    CHECK(judge_form(server({purpose::client_auth}), {.insecure_no_extended_key_usage = true}) == flag);
}
