// SPDX-License-Identifier: BSL-1.0
#include <tlspp/options.hpp>

#include <tlspp/context.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace tlspp;

TEST_CASE("the defaults are the safe ones") {
    client_options const client;
    CHECK(client.verify == verify_mode::required);
    CHECK_FALSE(client.trust.has_value()); // the system's
    CHECK_FALSE(client.minimum_version.has_value());
    CHECK(client.cipher_suites.empty());
    server_options const server;
    CHECK(server.client_auth == client_auth::none);
    CHECK(server.identities.empty());
}

TEST_CASE("what weakens a check says so by its name") {
    // A value outside of the enumeration is no way round.
    CHECK(client_context::create({.trust = test::the_world().trust, .verify = static_cast<verify_mode>(77)}).error() ==
          errc::invalid_argument);
    CHECK(server_context::create({.identities = {test::the_world().localhost},
                                  .client_auth = static_cast<client_auth>(77),
                                  .trust = test::the_world().trust})
              .error() == errc::invalid_argument);
}

namespace {
int calls = 0;
int counted(void*, unsigned char* out, std::size_t size) {
    ++calls;
    return tlspp::detail::psa_random(nullptr, out, size);
}
int broken(void*, unsigned char*, std::size_t) { return -1; }
} // namespace

TEST_CASE("a random source of one's own is used on 3.6, and its failure is an error; 4.x refuses it") {
    if constexpr (detail::mbedtls4) {
        auto const refused = client_context::create({.trust = test::the_world().trust, .random = {&counted, nullptr}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::unsupported);
        CHECK(refused.error().message().view().find(".random") != std::string_view::npos);
        return;
    }
    calls = 0;
    auto const context = test::make_client({.random = {&counted, nullptr}});
    auto client = or_throw(context.wrap(memory_transport{}, "localhost"));
    CHECK(client.handshake().error() == errc::want_read);
    CHECK(calls > 0);
    auto const bad = test::make_client({.random = {&broken, nullptr}});
    auto failing = or_throw(bad.wrap(memory_transport{}, "localhost"));
    auto const r = failing.handshake();
    CHECK(r.error() == errc::random);
    CHECK(failing.transport().outgoing().size() == 7); // an alert, and no hello
}
