// SPDX-License-Identifier: BSL-1.0
// profile::webpki as a whole; each rule has a test of its own beside this one.
#include <tlspp/x509/checks/form.hpp>

#include "form_gap.hpp"
#include "support/contexts.hpp"

using namespace tlspp;
using chains::build;
using chains::judge;
using chains::judge_form;

namespace {
/// Breaks one rule of form in the leaf.
dev::certificate_options odd() { return {.dns_names = {"localhost"}, .serial = "00"}; }
} // namespace

TEST_CASE("the profile is rfc5280 unless another one is named", "[form]") {
    auto const b = build({}, {}, odd());
    CHECK(judge(b).empty());
    CHECK(judge(b, {.profile = profile::rfc5280}).empty());
    CHECK(judge(b, {.profile = profile::webpki}) == verify_flag::serial_number);
    CHECK(judge(b, {.policy = {.profile = profile::webpki}}) == verify_flag::serial_number);
    CHECK(client_options().profile == profile::rfc5280);
    CHECK(server_options().profile == profile::rfc5280);
}

TEST_CASE("every rule is asked, and every flag is told", "[form]") {
    auto const b = build({}, {{.without_extensions = {"2.5.29.14"}}},
                         {.dns_names = {"a_b.example"},
                          .common_name = "Somebody",
                          .serial = "00",
                          .is_ca = true,
                          .extended_key_usage = std::vector<std::string>{},
                          .extensions = {chains::extension("1.3.6.1.5.5.7.1.1", "bad")},
                          .without_extensions = {"2.5.29.35"}});
    CHECK(judge(b).empty());
    CHECK(judge_form(b) == (verify_flag::serial_number | verify_flag::authority_key | verify_flag::subject_key |
                            verify_flag::end_entity | verify_flag::dns_syntax | verify_flag::information_access |
                            verify_flag::common_name | verify_flag::server_purposes));
}

TEST_CASE("a certificate that is trusted itself has any form", "[form]") {
    auto const self = or_throw(dev::authority::create({.dns_names = {"a_b.example"},
                                                       .common_name = "Somebody",
                                                       .serial = "00",
                                                       .extended_key_usage = std::vector<std::string>{},
                                                       .without_extensions = {"2.5.29.14", "2.5.29.35"}}));
    std::vector<certificate> const chain{or_throw(self.certificate())};
    CHECK(judge(chain, or_throw(self.trust()), {.profile = profile::webpki}).empty());
}

TEST_CASE("contexts take a profile, each role its own", "[form]") {
    auto const& ca = test::the_world().ca;
    auto const own = or_throw(ca.issue(odd()));
    for (auto const v : test::versions) {
        {
            test::pair p{{.profile = profile::rfc5280, .maximum_version = v}, {.identities = {own}}};
            CHECK(p.shake().ok());
        }
        {
            test::pair p{{.profile = profile::webpki, .maximum_version = v}, {}};
            CHECK(p.shake().ok());
        }
        {
            test::pair p{{.profile = profile::webpki, .maximum_version = v}, {.identities = {own}}};
            auto const o = p.shake();
            REQUIRE_FALSE(o.client);
            CHECK(o.client.error() == errc::certificate_rejected);
            CHECK(o.client.error().flags() == verify_flag::serial_number);
            CHECK(o.client.error().message().view().find("a serial number is not positive") != std::string_view::npos);
        }
        for (auto const rules : {profile::rfc5280, profile::webpki}) {
            test::pair p{{.maximum_version = v, .identity = own},
                         {.client_auth = client_auth::required, .trust = test::the_world().trust, .profile = rules}};
            CHECK(p.shake().server.has_value() == (rules == profile::rfc5280));
        }
    }
}

TEST_CASE("a profile that judges nothing is a mistake", "[form]") {
    auto const& w = test::the_world();
    auto const nothing =
        client_context::create({.trust = w.trust, .verify = verify_mode::insecure_none, .profile = profile::webpki});
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error() == errc::invalid_argument);
    CHECK(nothing.error().subject() == ".profile");
    CHECK_FALSE(server_context::create({.identities = {w.localhost}, .profile = profile::webpki}));
}
