// SPDX-License-Identifier: BSL-1.0
#include <tlspp/engine.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace tlspp;

TEST_CASE("an engine does no I/O: bytes go in and out by hand") {
    engine client = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    engine server = or_throw(test::make_server().wrap(memory_transport{}));
    CHECK(client.handshake().error() == errc::want_read);
    CHECK(client.wants() == want::read);
    auto const hello = client.transport().outgoing();
    REQUIRE(hello.size() > 100);
    server.transport().feed(hello.first(50)); // half a flight is not enough
    CHECK(server.handshake().error() == errc::want_read);
    CHECK(server.transport().outgoing().empty());
    server.transport().feed(hello.subspan(50));
    client.transport().consume(hello.size());
    CHECK(client.transport().outgoing().empty());
    CHECK(server.handshake().error() == errc::want_read);
    REQUIRE(test::shake_hands(client, server).ok());
}

TEST_CASE("the end of the stream before the handshake is truncation") {
    engine client = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    client.transport().feed_end();
    auto const r = client.handshake();
    CHECK(r.error() == errc::truncated);
    CHECK(r.error().why() == reason::silent_end);
    CHECK(client.handshake().error() == errc::truncated);
}
