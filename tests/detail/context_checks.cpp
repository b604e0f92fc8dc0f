// SPDX-License-Identifier: BSL-1.0
#include "../support/contexts.hpp"

#include <tlspp/detail/context_checks.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>

using namespace tlspp;

namespace {
constexpr spki_pin some_pin{"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};

crl_list lists() { return or_throw(crl_list::from_pem(or_throw(test::the_world().ca.crl_pem()))); }
error refused(client_options options) {
    options.trust = test::the_world().trust;
    auto const made = client_context::create(options);
    REQUIRE_FALSE(made);
    CHECK_FALSE(made.error().message().view().empty());
    return made.error();
}
error refused(server_options options) {
    options.identities = {test::the_world().localhost};
    auto const made = server_context::create(options);
    REQUIRE_FALSE(made);
    return made.error();
}
verify_hook hook() {
    return [](verification&) {};
}
} // namespace

TEST_CASE("revocation and lists go together", "[context_checks]") {
    auto const mode = GENERATE(revocation::leaf, revocation::chain);
    CHECK(client_context::create({.trust = test::the_world().trust, .revocation = mode, .crls = lists()}));
    CHECK(refused(client_options{.revocation = mode}).why() == reason::revocation_without_crls);
    CHECK(refused(client_options{.crls = lists()}).why() == reason::crls_without_revocation);
    CHECK(refused(client_options{.revocation = mode, .crls = {crl()}}).why() == reason::empty_handle);
    CHECK(refused(client_options{.revocation = static_cast<revocation>(7), .crls = lists()}) == errc::invalid_argument);
    CHECK(refused(server_options{
                      .client_auth = client_auth::required, .trust = test::the_world().trust, .revocation = mode})
              .why() == reason::revocation_without_crls);
}

TEST_CASE("a check of certificates that are not looked at is a mistake", "[context_checks]") {
    constexpr auto none = verify_mode::insecure_none;
    for (auto const& [options, option] :
         {std::pair{client_options{.verify = none, .pins = {some_pin}}, ".pins"},
          {client_options{.verify = none, .revocation = revocation::leaf, .crls = lists()}, ".revocation"},
          {client_options{.verify = none, .on_verify = hook()}, ".on_verify"},
          {client_options{.verify = none, .distrusted = {some_pin}}, ".distrusted"}}) {
        auto const e = refused(options);
        CHECK(e == errc::invalid_argument);
        CHECK(e.why() == reason::check_without_verification);
        CHECK(e.subject() == option);
    }
    for (auto const& options : {server_options{.revocation = revocation::leaf, .crls = lists()},
                                server_options{.on_verify = hook()}, server_options{.distrusted = {some_pin}}}) {
        CHECK(refused(options).why() == reason::check_without_verification);
    }
    CHECK(client_context::create({.verify = none}));
    CHECK(client_context::create({.trust = test::the_world().trust,
                                  .verify = verify_mode::insecure_report_only,
                                  .pins = {some_pin},
                                  .on_verify = hook(),
                                  .distrusted = {some_pin}}));
}

TEST_CASE("a clock is needed where the build has none", "[context_checks]") {
    verify_policy policy;
    auto const done = detail::set_up_clock(policy, {}, true);
    CHECK(!done == detail::build::time_date);
    if (done) {
        CHECK(done.what().why() == reason::clock_missing);
    }
    CHECK_FALSE(detail::set_up_clock(policy, {}, false));
    CHECK_FALSE(detail::set_up_clock(policy, insecure_no_clock, true));
    CHECK(policy.insecure_no_clock);
    CHECK_FALSE(detail::set_up_clock(policy, {[](void*) { return std::int64_t{7}; }}, true));
    CHECK_FALSE(policy.insecure_no_clock);
    CHECK(policy.clock(nullptr) == 7);
}
