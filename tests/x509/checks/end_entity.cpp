// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/end_entity.hpp>

#include "form_gap.hpp"
#include <vector>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("the peer's own certificate is no CA's", "[end_entity]") {
    auto const left_out = &verify_policy::insecure_no_end_entity;
    form_gap(build({}, {}, {.dns_names = {"a.example"}, .is_ca = true}), verify_flag::end_entity, left_out);
    form_gap(build({}, {},
                   {.dns_names = {"a.example"},
                    .is_ca = true,
                    .key_usage = dev::usage::digital_signature | dev::usage::key_cert_sign}),
             verify_flag::end_entity, left_out);
    form_gap(
        build({}, {}, {.dns_names = {"a.example"}, .key_usage = dev::usage::digital_signature | dev::usage::crl_sign}),
        verify_flag::end_entity, left_out);
    // of clients too
    form_gap(build({}, {}, {.common_name = "client", .is_ca = true}), verify_flag::end_entity, left_out,
             x509::purpose::client);
}

TEST_CASE("a CA that is trusted itself may be a server", "[end_entity]") {
    auto const self = or_throw(dev::authority::create({.dns_names = {"a.example"}}));
    std::vector<certificate> const chain{or_throw(self.certificate())};
    CHECK(chains::judge(chain, or_throw(self.trust()), {.profile = profile::webpki}).empty());
}
