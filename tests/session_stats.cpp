// SPDX-License-Identifier: BSL-1.0
#include "support/certificates.hpp"
#include "support/contexts.hpp"
#include "support/sessions.hpp"

#include <catch2/generators/catch_generators_range.hpp>

using namespace tlspp;

TEST_CASE("a context counts its handshakes", "[py:ContextTests.test_session_stats][same]") {
    auto const client = test::make_client();
    auto const server = test::make_server();
    for (auto const& counts : {client.session_stats(), server.session_stats()}) {
        auto const all = counts.connect + counts.connect_good + counts.accept + counts.accept_good + counts.hits;
        CHECK(all + counts.misses + counts.timeouts + counts.number + counts.cache_full == 0);
    }
    for (std::size_t i = 1; i != 3; ++i) {
        auto a = or_throw(client.wrap(memory_transport{}, "localhost"));
        auto b = or_throw(server.wrap(memory_transport{}));
        CHECK(client.session_stats().connect == i - 1); // not before it begins
        REQUIRE(test::shake_hands(a, b).ok());
        CHECK(client.session_stats().connect == i);
        CHECK(client.session_stats().connect_good == i);
        CHECK(server.session_stats().accept == i);
        CHECK(server.session_stats().accept_good == i);
    }
    auto a = or_throw(client.wrap(memory_transport{}, "elsewhere.example"));
    auto b = or_throw(server.wrap(memory_transport{}));
    CHECK_FALSE(test::shake_hands(a, b).ok());
    CHECK(client.session_stats().connect == 3);
    CHECK(client.session_stats().connect_good == 2);
    CHECK(server.session_stats().accept == 3);
    CHECK(server.session_stats().accept_good == 2);
    CHECK(client.session_stats().accept == 0);
    CHECK(server.session_stats().connect == 0);
    CHECK(server.session_stats().hits == 0);
}

TEST_CASE("a session that came too late is counted") {
    auto const v = GENERATE(from_range(test::versions));
    test::hand_clock clock{test::now()};
    SECTION("with its ticket") {
        auto const client = test::make_client(test::only(v));
        auto const server =
            test::make_server(test::only_server(v, {.tickets = {.lifetime = 100}, .clock = clock.source()}));
        auto early = test::make_session(client, server);
        auto late = test::make_session(client, server);
        clock.now += 99;
        REQUIRE(test::resumes(client, server, std::move(early)));
        CHECK(server.session_stats().timeouts == 0);
        clock.now += 1;
        REQUIRE_FALSE(test::resumes(client, server, std::move(late)));
        CHECK(server.session_stats().hits == 1);
        CHECK(server.session_stats().misses == 1);
        CHECK(server.session_stats().timeouts == 1);
        CHECK(client.session_stats().timeouts == 0);
        CHECK(server.session_stats().number == 0);
    }
    SECTION("with its id") {
        auto const client = test::make_client(test::only(version::tls1_2));
        auto const server = test::make_server({.tickets = {.count = 0},
                                               .session_cache = or_throw(session_cache::create({.lifetime = 100})),
                                               .clock = clock.source()});
        auto late = test::make_session(client, server);
        CHECK(server.session_stats().number == 1);
        clock.now += 100;
        REQUIRE_FALSE(test::resumes(client, server, std::move(late)));
        CHECK(server.session_stats().misses == 1);
        CHECK(server.session_stats().timeouts == 1);
        CHECK(server.session_stats().number == 1); // the new one
    }
    SECTION("in a client's cache") {
        auto const client = test::make_client(
            test::only(v, {.session_cache = or_throw(session_cache::create()), .clock = clock.source()}));
        auto const server = test::make_server(test::only_server(v, {}));
        for (bool const again : {false, true, false}) {
            test::meeting m(client, server);
            REQUIRE(m.ok());
            CHECK(m.resumed() == again);
            clock.now += again ? 7200 : 0;
        }
        CHECK(client.session_stats().hits == 1);
        CHECK(client.session_stats().timeouts == 1);
        CHECK(client.session_stats().misses == 0); // a server's number
    }
    SECTION("but not one that is unknown") {
        auto const client = test::make_client(test::only(v));
        auto const server = test::make_server(test::only_server(v, {}));
        auto strange = test::make_session(client, test::make_server(test::only_server(v, {})));
        REQUIRE_FALSE(test::resumes(client, server, std::move(strange)));
        CHECK(server.session_stats().misses == 1);
        CHECK(server.session_stats().timeouts == 0);
    }
}

TEST_CASE("a context counts the sessions of its cache, and those that had no room") {
    auto const cache = or_throw(session_cache::create({.entries = 2}));
    auto const client = test::make_client(test::only(version::tls1_2));
    auto const server = test::make_server({.tickets = {.count = 0}, .session_cache = cache});
    auto const other = test::make_server({.tickets = {.count = 0}, .session_cache = cache});
    for (std::size_t i = 1; i != 5; ++i) {
        REQUIRE(test::meeting(client, server).ok());
        CHECK(server.session_stats().number == (i < 2 ? i : 2));
        CHECK(server.session_stats().cache_full == (i < 2 ? 0 : i - 2));
    }
    CHECK(other.session_stats().number == 2);
    CHECK(other.session_stats().cache_full == 2);
    CHECK(other.session_stats().accept == 0);
    CHECK(client.session_stats().number == 0);
    CHECK(cache.evictions() == 2);
    auto kept = cache;
    kept.clear(); // is no lack of room
    CHECK(server.session_stats().number == 0);
    CHECK(server.session_stats().cache_full == 2);
}

TEST_CASE("a context tells what its trust holds") {
    auto const mine = or_throw(test::make_client().cert_store_stats());
    CHECK(mine.x509 == 1);
    CHECK(mine.x509_ca == 1);
    CHECK(mine.crl == 0);
    auto const leaf = or_throw(
        trust_store::from_der(or_throw(certificate::from_native(*test::the_world().localhost.chain_handle())).der()));
    auto const pinned = or_throw(test::make_client({.trust = leaf}).cert_store_stats());
    CHECK(pinned.x509 == 1);
    CHECK(pinned.x509_ca == 0);
    auto const none = or_throw(test::make_server().cert_store_stats());
    CHECK(none.x509 == 0);
}

TEST_CASE("a connection counts the bytes on the wire") {
    test::pair p;
    CHECK(p.client.bytes_read() == 0);
    CHECK(p.client.bytes_written() == 0);
    REQUIRE(p.shake().ok());
    CHECK(test::read_all(p.client).empty()); // tickets
    CHECK(p.client.bytes_written() == p.server.bytes_read());
    CHECK(p.server.bytes_written() == p.client.bytes_read());
    auto const before = p.client.bytes_written();
    CHECK(before > 200);
    or_throw(p.client.write_all("x"));
    auto const one = p.client.bytes_written() - before;
    CHECK(one > 1 + 5 + 16); // header and tag
    p.carry();
    CHECK(test::read_all(p.server) == "x");
    CHECK(p.client.bytes_written() == p.server.bytes_read());
}
