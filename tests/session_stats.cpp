// SPDX-License-Identifier: BSL-1.0
#include "support/contexts.hpp"

using namespace tlspp;

TEST_CASE("a context counts its handshakes", "[py:ContextTests.test_session_stats][same]") {
    auto const client = test::make_client();
    auto const server = test::make_server();
    for (auto const& counts : {client.session_stats(), server.session_stats()}) {
        auto const all = counts.connect + counts.connect_good + counts.accept + counts.accept_good + counts.hits;
        CHECK(all + counts.misses == 0);
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
