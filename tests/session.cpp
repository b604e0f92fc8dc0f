// SPDX-License-Identifier: BSL-1.0
#include "support/certificates.hpp"
#include "support/sessions.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <catch2/generators/catch_generators_all.hpp>

#include <type_traits>
#include <vector>

using namespace tlspp;
using test::meeting;
using test::only;
using test::only_server;

static_assert(!std::is_copy_constructible_v<session> && std::is_nothrow_move_constructible_v<session> &&
              std::is_nothrow_move_assignable_v<session>);

namespace {
bytes const key("0123456789abcdef0123456789abcdef");

/// Why a session is not taken; `none` where it is.
reason refusal(const client_context& context, session given, std::string_view name = "localhost") {
    auto conn = or_throw(context.wrap(memory_transport{}, name));
    auto const taken = conn.resume(std::move(given));
    return taken ? reason::none : taken.error().why();
}
} // namespace

// different: a session has a ticket or an id, not both
TEST_CASE("a session resumes a connection", "[py:ThreadedTests.test_session][different]") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const server = test::make_server(only_server(v, {}));
    meeting first(client, server);
    REQUIRE(first.ok());
    CHECK_FALSE(first.resumed());
    CHECK(first.client.peer_status() == peer_status::verified);
    auto given = or_throw(first.client.session());
    CHECK(given);
    CHECK(given.version() == v);
    CHECK(given.has_ticket());
    CHECK(given.id().empty());
    CHECK(given.server_name() == "localhost");
    CHECK(given.alpn().empty());
    CHECK(given.time() >= test::now() - 10);
    CHECK(given.time() <= test::now());
    CHECK(given.lifetime_hint() == 7200U);
    CHECK(given.timeout() == 7200);
    CHECK(or_throw(given.peer_certificate()) == or_throw(first.client.peer_certificate()));

    meeting second(client, server);
    or_throw(second.client.resume(std::move(given)));
    CHECK_FALSE(given); // NOLINT: that is the question
    REQUIRE(second.ok());
    CHECK(second.resumed());
    CHECK(second.client.version() == v);
    CHECK(second.client.peer_status() == peer_status::resumed_verified);
    CHECK(second.server.peer_status() == peer_status::none);
    CHECK(second.client.peer_flags().empty());
    CHECK(or_throw(second.client.peer_certificate()) == or_throw(first.client.peer_certificate()));
    CHECK(or_throw(second.client.peer_certificates()).size() == 1);
    CHECK(or_throw(second.client.verified_chain()).size() == 2);
    or_throw(second.client.write_all("hello"));
    test::carry_all(second.client, second.server);
    CHECK(test::read_all(second.server) == "hello");

    // and again, from what the resumption gave
    CHECK(test::resumes(client, server, or_throw(second.client.session())));
}

TEST_CASE("sessions come when they are there, and once") {
    auto const client = test::make_client();
    auto const server = test::make_server();
    meeting m(client, server);
    CHECK(m.client.session().error() == errc::misuse); // before the handshake
    REQUIRE(m.shake().ok());
    CHECK(m.client.session().error() == errc::no_session); // TLS 1.3: not read yet
    CHECK(m.server.session().error() == errc::misuse);
    test::read_all(m.client);
    CHECK(m.client.session());
    CHECK(m.client.session().error() == errc::no_session);
    auto const moved = std::move(m.client);
    CHECK(m.client.session().error() == errc::misuse); // NOLINT: that is the question

    SECTION("TLS 1.2: once, right behind the handshake") {
        meeting old(test::make_client(only(version::tls1_2)), server);
        REQUIRE(old.shake().ok());
        CHECK(old.client.session());
        CHECK(old.client.session().error() == errc::no_session);
    }
    SECTION("a server that keeps none") {
        auto const silent = test::make_server({.tickets = {.count = 0}});
        meeting now(client, silent);
        REQUIRE(now.ok());
        CHECK(now.client.session().error() == errc::no_session);
        auto const old = test::make_client(only(version::tls1_2));
        auto given = test::make_session(old, silent); // Mbed TLS gives an id all the same
        CHECK(given.id().size() == 32);
        CHECK_FALSE(given.has_ticket());
        CHECK_FALSE(given.lifetime_hint());
        CHECK_FALSE(test::resumes(old, silent, std::move(given)));
    }
    SECTION("two tickets, the second of which counts; after a resumption one") {
        auto const three = test::make_server({.tickets = {.count = 3}});
        meeting full(client, three);
        REQUIRE(full.shake().ok());
        auto const with_tickets = full.server.transport().outgoing().size();
        CHECK(with_tickets == 0); // they went with the handshake
        test::read_all(full.client);
        CHECK(test::resumes(client, three, or_throw(full.client.session())));
    }
}

TEST_CASE("a session is for the server, the options and the time that it was made with") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    test::hand_clock clock{test::now()};
    auto const options = [&](client_options more = {}) {
        more.clock = clock.source();
        return only(v, std::move(more));
    };
    auto const client = test::make_client(options());
    auto const server = test::make_server(only_server(v, {}));
    auto const make = [&] { return test::make_session(client, server); };

    CHECK(refusal(client, make()) == reason::none);
    CHECK(refusal(client, session{}) == reason::session_empty);
    CHECK(refusal(client, make(), "127.0.0.1") == reason::session_name_differs);
    CHECK(refusal(client, make(), "other.example") == reason::session_name_differs);
    {
        auto conn = or_throw(client.wrap(memory_transport{}, insecure_any_name("localhost")));
        CHECK(conn.resume(make()).error().why() == reason::session_name_differs);
    }
    SECTION("the same options in another context") {
        CHECK(refusal(test::make_client(options()), make()) == reason::none);
        CHECK(test::resumes(test::make_client(options()), server, make()));
    }
    SECTION("other options") {
        auto const& other = test::shared_certificates().other_trust;
        auto const differs = [&](client_options changed) {
            return refusal(test::make_client(std::move(changed)), make()) == reason::session_policy_differs;
        };
        CHECK(differs(options({.trust = other})));
        CHECK(differs(options({.verify = verify_mode::insecure_report_only})));
        CHECK(differs(options({.verify = verify_mode::insecure_none})));
        CHECK(differs(options({.profile = profile::webpki})));
        CHECK(differs(options({.alpn = {"h2"}})));
        CHECK(differs(options({.identity = test::shared_certificates().client.identity})));
        CHECK(differs(options({.distrusted = {spki_pin(sha256_digest{})}})));
        CHECK(differs(options({.on_verify = [](verification&) {}})));
        CHECK(differs(only(v, {}))); // another clock
        CHECK(differs({.clock = clock.source()}));
    }
    SECTION("made without verification") {
        for (auto const mode : {verify_mode::insecure_none, verify_mode::insecure_report_only}) {
            auto const careless = test::make_client(options({.trust = test::the_world().trust, .verify = mode}));
            auto const impostor =
                test::make_server(only_server(v, {.identities = {test::shared_certificates().other_issuer.identity}}));
            CHECK(refusal(client, test::make_session(careless, impostor)) == reason::session_unverified);
            // the careless may resume what they began, and are told what it is worth
            meeting m(careless, impostor);
            or_throw(m.client.resume(test::make_session(careless, impostor)));
            REQUIRE(m.ok());
            CHECK(m.resumed());
            CHECK(m.client.peer_status() == peer_status::unverified);
            CHECK(m.client.peer_flags().has(verify_flag::not_trusted) == (mode == verify_mode::insecure_report_only));
        }
    }
    SECTION("expired") {
        auto const early = [&] { return make(); };
        auto kept = early();
        clock.now += kept.timeout() - 1;
        CHECK(refusal(client, std::move(kept)) == reason::none);
        auto late = early();
        clock.now += late.timeout();
        CHECK(refusal(client, std::move(late)) == reason::session_expired);
    }
    SECTION("longer than the certificate is valid") {
        auto const brief =
            test::issued(test::the_world().ca,
                         {.dns_names = {"localhost"}, .not_before = clock.now - 100, .not_after = clock.now + 100});
        auto const short_lived = test::make_server(only_server(v, {.identities = {brief.identity}}));
        CHECK(test::make_session(client, short_lived).timeout() <= 100);
    }
    SECTION("an on_verify callback has judged: that context only") {
        auto const asked = options({.on_verify = [](verification&) {}});
        auto const one = test::make_client(asked);
        CHECK(refusal(one, test::make_session(one, server)) == reason::none);
        CHECK(refusal(test::make_client(asked), test::make_session(one, server)) == reason::session_policy_differs);
    }
}

TEST_CASE("a session is given before the handshake, once, to a client") {
    auto const client = test::make_client();
    auto const server = test::make_server();
    meeting m(client, server);
    CHECK(m.server.resume(test::make_session(client, server)).error() == errc::misuse);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(m.client.resume(test::make_session(client, server)).error() == errc::misuse);
    REQUIRE(m.ok());
    CHECK(m.resumed());
    CHECK(m.client.resume(test::make_session(client, server)).error() == errc::misuse);
}

TEST_CASE("a server that does not know the session begins anew, and is verified") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const first = test::make_server(only_server(v, {}));
    auto const second = test::make_server(only_server(v, {})); // has a key of its own
    meeting good(client, second);
    or_throw(good.client.resume(test::make_session(client, first)));
    REQUIRE(good.ok());
    CHECK_FALSE(good.resumed());
    CHECK(good.client.peer_status() == peer_status::verified);

    auto const impostor =
        test::make_server(only_server(v, {.identities = {test::shared_certificates().other_issuer.identity}}));
    meeting bad(client, impostor);
    or_throw(bad.client.resume(test::make_session(client, first)));
    CHECK(bad.shake().client.error() == errc::certificate_rejected);
}

TEST_CASE("the protocol of a session") {
    auto const v = GENERATE(from_range(test::versions));
    auto const client = test::make_client(only(v, {.alpn = {"h2", "http/1.1"}}));
    auto const server = test::make_server(only_server(v, {.alpn = {"http/1.1"}}));
    CHECK(test::make_session(client, server).alpn() == "http/1.1");
    meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    REQUIRE(m.ok());
    CHECK(m.resumed());
    CHECK(m.client.alpn() == "http/1.1");
}

TEST_CASE("sealed sessions") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const server = test::make_server(only_server(v, {}));
    auto given = test::make_session(client, server);
    std::vector<unsigned char> sealed(given.sealed_size());
    SECTION("come back") {
        CHECK(or_throw(given.seal(key, sealed)) == sealed.size());
        CHECK(static_cast<bool>(given) == (v == version::tls1_2)); // a ticket of TLS 1.3 is used up
        auto back = or_throw(session::unseal(key, sealed));
        CHECK(back.server_name() == "localhost");
        CHECK(back.version() == v);
        CHECK(test::resumes(test::make_client(only(v)), server, std::move(back)));
    }
    SECTION("are bound to trust all the same") {
        or_throw(given.seal(key, sealed));
        auto const other = test::make_client(only(v, {.trust = test::shared_certificates().other_trust}));
        CHECK(refusal(other, or_throw(session::unseal(key, sealed))) == reason::session_policy_differs);
    }
    SECTION("hide the secrets") {
        auto const record = std::string(detail::view_of(given.record()).text());
        or_throw(given.seal(key, sealed));
        auto const text = std::string(bytes(sealed).text());
        CHECK(text.find("localhost") == std::string::npos);
        for (std::size_t i = 0; i + 16 <= record.size(); ++i) {
            REQUIRE(text.find(record.substr(i, 16)) == std::string::npos);
        }
    }
    SECTION("are refused with another key, and where any bit has changed") {
        or_throw(given.seal(key, sealed));
        bytes const other("0123456789abcdef0123456789abcdeF");
        CHECK(session::unseal(other, sealed).error().why() == reason::session_seal_broken);
        for (std::size_t i = 0; i != sealed.size(); ++i) {
            auto changed = sealed;
            changed[i] = static_cast<unsigned char>(changed[i] ^ 1U << i % 8);
            auto const refused = session::unseal(key, changed);
            REQUIRE(!refused);
            auto const expected = i < 5   ? reason::session_seal_malformed
                                  : i < 9 ? reason::session_of_other_library
                                          : reason::session_seal_broken;
            REQUIRE(refused.error().why() == expected);
        }
        for (std::size_t size = 0; size != sealed.size(); ++size) {
            REQUIRE(!session::unseal(key, bytes(sealed.data(), size)));
        }
        sealed.push_back(0);
        CHECK(session::unseal(key, sealed).error().why() == reason::session_seal_broken);
    }
    SECTION("misuse") {
        CHECK(given.seal("short", sealed).error().why() == reason::session_key_size);
        sealed.pop_back();
        CHECK(given.seal(key, sealed).error() == errc::invalid_argument);
        CHECK(given); // it was not used
        CHECK(session{}.seal(key, sealed).error().why() == reason::session_empty);
        CHECK(session::unseal("short", sealed).error().why() == reason::session_key_size);
        CHECK(session::unseal(key, "").error().why() == reason::session_seal_malformed);
        auto const asked = test::make_client(only(v, {.on_verify = [](verification&) {}}));
        auto judged = test::make_session(asked, server);
        sealed.resize(judged.sealed_size());
        CHECK(judged.seal(key, sealed).error().why() == reason::session_not_portable);
    }
}

TEST_CASE("every switch of a policy has its part in what a session is bound to", "[session]") {
    auto const digest = [](const verify_policy& policy) {
        detail::hasher to;
        detail::add_policy(to, policy);
        return or_throw(to.finish());
    };
    verify_policy const usual;
    bool verify_policy::* const switches[] = {
        &verify_policy::insecure_no_clock,
        &verify_policy::insecure_no_basic_constraints,
        &verify_policy::insecure_no_path_length,
        &verify_policy::insecure_no_key_usage,
        &verify_policy::insecure_no_repeated_extension,
        &verify_policy::insecure_no_encoding,
        &verify_policy::insecure_no_extended_key_usage,
        &verify_policy::insecure_no_name_constraints,
        &verify_policy::insecure_ignore_unknown_critical,
        &verify_policy::insecure_no_public_suffix,
        &verify_policy::insecure_no_version,
        &verify_policy::insecure_no_serial_number,
        &verify_policy::insecure_no_authority_key,
        &verify_policy::insecure_no_subject_key,
        &verify_policy::insecure_no_ca_key_usage,
        &verify_policy::insecure_no_critical_ca,
        &verify_policy::insecure_no_key_size,
        &verify_policy::insecure_no_end_entity,
        &verify_policy::insecure_no_dns_syntax,
        &verify_policy::insecure_no_information_access,
        &verify_policy::insecure_no_alternative_names,
        &verify_policy::insecure_no_common_name,
        &verify_policy::insecure_no_server_purposes,
    };
    for (auto const one : switches) {
        verify_policy changed;
        changed.*one = true;
        CHECK(digest(changed) != digest(usual));
    }
}
