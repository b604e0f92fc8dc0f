// SPDX-License-Identifier: BSL-1.0
// ContextTests of CPython's test_ssl.py: what contexts are made from, and what they make of it.
#include "support/contexts.hpp"
#include "support/temporary_folder.hpp"
#include "x509/samples.hpp"

#include <tlspp/context_slot.hpp>
#include <tlspp/selection.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tlspp;

namespace {
template <class Context>
concept has_setters = requires(Context& c) { c.set_minimum_version(version::tls1_2); } || requires(Context& c) {
    c.minimum_version(version::tls1_2);
} || requires(Context& c) { c.set_verify_mode(verify_mode::required); };

const dev::authority& stranger() {
    static auto const made = or_throw(dev::authority::create());
    return made;
}
} // namespace

TEST_CASE("verification is on for clients and off for servers unless it is set",
          "[py:ContextTests.test_verify_mode_protocol][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const unknown = or_throw(stranger().trust());
    auto const outcome = [&](client_options c, server_options s, std::string_view name = "localhost") {
        c.maximum_version = v;
        return test::pair(c, s, name).shake();
    };
    CHECK(client_options().verify == verify_mode::required);
    CHECK(server_options().client_auth == client_auth::none);
    // a client: required, and the name is checked
    CHECK(outcome({}, {}).ok());
    CHECK(outcome({}, {}, "other.example").client.error().flags().has(verify_flag::name_mismatch));
    CHECK(outcome({.trust = unknown}, {}).client.error() == errc::certificate_rejected);
    CHECK(outcome({.trust = unknown, .verify = verify_mode::insecure_report_only}, {}).ok());
    CHECK(outcome({.verify = verify_mode::insecure_none}, {}, "other.example").ok());
    // a server: none, optional, required
    auto const trust = test::the_world().trust;
    auto const bad = or_throw(stranger().issue({.common_name = "client"}));
    CHECK(outcome({.identity = bad}, {}).ok());
    CHECK(outcome({}, {.client_auth = client_auth::optional, .trust = trust}).ok());
    CHECK_FALSE(outcome({.identity = bad}, {.client_auth = client_auth::optional, .trust = trust}).server);
    CHECK_FALSE(outcome({}, {.client_auth = client_auth::required, .trust = trust}).server);
    // what is no mode is refused by the compiler
    STATIC_REQUIRE_FALSE(std::is_assignable_v<verify_mode&, int>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<client_auth&, int>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<client_auth&, verify_mode>);
}

TEST_CASE("a client context verifies, a server context asks for nothing",
          "[py:ContextTests.test_context_client_server][same]") {
    test::pair good({.identity = test::the_world().localhost});
    REQUIRE(good.shake().ok());
    CHECK(good.client.peer_status() == peer_status::verified);
    CHECK(good.server.peer_status() == peer_status::none); // the client was not asked
    test::pair bad({}, {}, "other.example");
    CHECK(bad.shake().client.error() == errc::certificate_rejected);
    CHECK(client_context::create({.trust = trust_store()}).error() == errc::invalid_argument);
}

// different: TLS 1.0 and 1.1 do not exist here, and the lowest and the highest version are what is not set
TEST_CASE("versions are set, read back, and never changed", "[py:ContextTests.test_min_max_version][different]") {
    auto const trust = test::the_world().trust;
    auto const range = [&](std::optional<version> low, std::optional<version> high) {
        auto const made = client_context::create({.trust = trust, .minimum_version = low, .maximum_version = high});
        REQUIRE(made);
        return std::pair{made->minimum_version(), made->maximum_version()};
    };
    CHECK(range({}, {}) == std::pair{version::tls1_2, version::tls1_3});
    CHECK(range(version::tls1_2, {}) == std::pair{version::tls1_2, version::tls1_3});
    CHECK(range({}, version::tls1_2) == std::pair{version::tls1_2, version::tls1_2});
    CHECK(range(version::tls1_3, version::tls1_3) == std::pair{version::tls1_3, version::tls1_3});
    for (auto const number : {0x0300, 0x0301, 0x0302, 0x0305, 0, 42}) {
        auto const none = static_cast<version>(number);
        CHECK_FALSE(client_context::create({.trust = trust, .minimum_version = none}));
        CHECK_FALSE(server_context::create({.identities = {test::the_world().localhost}, .maximum_version = none}));
    }
    CHECK(
        client_context::create({.trust = trust, .minimum_version = version::tls1_3, .maximum_version = version::tls1_2})
            .error() == errc::invalid_argument);
    STATIC_REQUIRE_FALSE(has_setters<client_context>);
    STATIC_REQUIRE_FALSE(has_setters<server_context>);
}

TEST_CASE("one group by name", "[py:ContextTests.test_set_ecdh_curve][same]") {
    auto const groups = groups_from("prime256v1");
    REQUIRE(groups);
    auto const made = server_context::create({.identities = {test::the_world().localhost}, .groups = *groups});
    REQUIRE(made);
    CHECK(made->groups().size() == 1);
    CHECK(made->groups().contains(named_group::secp256r1));
    CHECK(groups_from("foo").error() == errc::invalid_argument);
    CHECK(groups_from("b\0ar").error() == errc::invalid_argument);
    CHECK(groups_from("").error() == errc::invalid_argument);
}

TEST_CASE("a chain and its key from files, with and without password", "[py:ContextTests.test_load_cert_chain][same]") {
    test::temporary_folder const folder;
    auto const& ca = samples::ca();
    auto const made = or_throw(ca.issue_pem({.dns_names = {"localhost"}}));
    auto const cert = folder.write("cert.pem", made.certificate_pem);
    auto const key = folder.write("key.pem", made.key_pem);
    auto const both = folder.write("both.pem", made.certificate_pem + made.key_pem);
    auto const bad = folder.write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    auto const empty = folder.write("empty.pem", "");
    CHECK(identity::from_files(both));
    CHECK(identity::from_files(cert, key));
    CHECK(identity::from_files(both, both));

    auto const missing = identity::from_files(folder.path_of("nonexisting.pem"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::file);
    CHECK(missing.error().system() == ENOENT);
    CHECK(missing.error().subject().ends_with("nonexisting.pem"));
    CHECK(identity::from_files(cert, folder.path_of("nokey.pem")).error().system() == ENOENT);
    CHECK(identity::from_files(bad).error() == errc::malformed);
    CHECK(identity::from_files(empty).error() == errc::file);
    CHECK(identity::from_files(cert).error() == errc::malformed);      // no key in it
    CHECK(identity::from_files(key).error() == errc::malformed);       // no certificate in it
    CHECK(identity::from_files(key, cert).error() == errc::malformed); // swapped
    CHECK(identity::from_files(bad, key).error() == errc::malformed);
    auto const other = folder.write("other.pem", samples::ec_key);
    CHECK(identity::from_files(cert, other).error() == errc::key_mismatch);

    // an encrypted key
    dev::certificate_options options{.dns_names = {"localhost"}};
    options.key_pem = samples::ec_key;
    auto const for_locked = folder.write("locked-cert.pem", or_throw(ca.issue_pem(options)).certificate_pem);
    auto const locked = folder.write("locked.pem", samples::encrypted_key);
    std::vector<std::byte> const as_bytes = samples::octets("secret");
    CHECK(identity::from_files(for_locked, locked, "secret"));
    CHECK(identity::from_files(for_locked, locked, std::string("secret")));
    CHECK(identity::from_files(for_locked, locked, as_bytes));
    CHECK(identity::from_files(for_locked, locked, [] { return std::string("secret"); }));
    CHECK(identity::from_files(for_locked, locked, [&] { return as_bytes; }));
    CHECK(identity::from_files(for_locked, locked).error().why() == reason::password_missing);
    CHECK(identity::from_files(for_locked, locked, "badpass").error().why() == reason::password_wrong);
    CHECK(identity::from_files(for_locked, locked, [] { return std::string("badpass"); }).error() == errc::password);
    CHECK(identity::from_files(for_locked, locked, [] { return std::string(); }).error() == errc::password);
    CHECK(identity::from_files(for_locked, locked, std::string(102400, 'a')).error() == errc::password);
    CHECK(identity::from_files(for_locked, locked, [] { return std::string(102400, 'a'); }).error() == errc::password);
    auto const threw =
        identity::from_files(for_locked, locked, []() -> std::string { throw std::runtime_error("no"); });
    REQUIRE_FALSE(threw);
    CHECK(threw.error() == errc::callback);
    CHECK(threw.error().why() == reason::callback_threw);
    int asked = 0;
    CHECK(identity::from_files(cert, key, [&] {
        ++asked;
        return std::string("secret");
    }));
    CHECK(asked == 0);
}

TEST_CASE("eight threads load one certificate and key at once",
          "[py:ContextTests.test_load_cert_chain_thread_safety][same]") {
    test::temporary_folder const folder;
    auto const made = or_throw(samples::ca().issue_pem({.dns_names = {"localhost"}}));
    auto const path = folder.write("both.pem", made.certificate_pem + made.key_pem);
    context_slot slot{test::make_server()};
    std::atomic<int> loaded = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t != 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i != 5; ++i) {
                auto const own = identity::from_files(path);
                auto context = own ? server_context::create({.identities = {*own}}) : std::unexpected(own.error());
                loaded += context && slot.set(std::move(*context)) ? 1 : 0;
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
    CHECK(loaded == 40);
    auto client =
        or_throw(test::make_client({.trust = or_throw(samples::ca().trust())}).wrap(memory_transport{}, "localhost"));
    auto server = or_throw(slot.get().wrap(memory_transport{}));
    CHECK(test::shake_hands(client, server).ok());
}

TEST_CASE("what a default context insists on", "[py:ContextTests.test_create_default_context][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::temporary_folder const folder;
    auto const& ca = test::the_world().ca;
    auto const inter = or_throw(ca.intermediate({.path_length = 0}));
    auto const below = or_throw(inter.issue({.dns_names = {"localhost"}}));
    std::vector<trust_store> const stores{
        test::the_world().trust,
        or_throw(trust_store::from_file(folder.write("ca.pem", ca.certificate_pem()))),
        or_throw(trust_store::from_directory(folder.path())),
        or_throw(trust_store::from_pem(ca.certificate_pem())),
        or_throw(trust_store::from_der(or_throw(ca.certificate()).der())),
    };
    for (auto const& trust : stores) {
        client_options const options{.trust = trust, .maximum_version = v};
        CHECK(test::pair(options).shake().ok());
        CHECK(test::pair(options, {}, "other.example").shake().client.error().flags().has(verify_flag::name_mismatch));
        auto const strange = or_throw(stranger().issue({.dns_names = {"localhost"}}));
        CHECK(test::pair(options, {.identities = {strange}})
                  .shake()
                  .client.error()
                  .flags()
                  .has(verify_flag::not_trusted));
        // strict: an issuer's certificate that says it is none
        auto const no_ca = or_throw(ca.intermediate({.is_ca = false}));
        auto const wrong = or_throw(no_ca.issue({.dns_names = {"localhost"}}));
        CHECK_FALSE(test::pair(options, {.identities = {wrong}}).shake().client);
    }
    // an intermediate may be the anchor
    auto const partial = or_throw(trust_store::from_pem(inter.certificate_pem()));
    CHECK(test::pair({.trust = partial, .maximum_version = v}, {.identities = {below}}).shake().ok());
    CHECK_FALSE(test::pair({.trust = partial, .maximum_version = v}).shake().client);

    test::pair served({.maximum_version = v, .identity = below});
    REQUIRE(served.shake().ok());
    CHECK(served.server.peer_status() == peer_status::none); // not asked for
    CHECK(test::make_client().minimum_version() == version::tls1_2);
    CHECK(test::make_server().minimum_version() == version::tls1_2);
    // no compression is offered: the one method is null
    test::pair p({.maximum_version = v});
    (void)p.client.handshake();
    auto const hello = p.client.transport().outgoing();
    auto const number = [&](std::size_t i) { return static_cast<std::size_t>(hello[i]); };
    std::size_t at = 5 + 4 + 2 + 32;
    at += 1 + number(at);                        // session id
    at += 2 + number(at) * 256 + number(at + 1); // suites
    CHECK(number(at) == 1);
    CHECK(number(at + 1) == 0);
}
