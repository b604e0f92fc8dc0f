// SPDX-License-Identifier: BSL-1.0
#include <tlspp/testing.hpp>

#include "support/contexts.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace tlspp;

static_assert(transport<test_transport>);
static_assert(!std::is_copy_constructible_v<test_transport>);

namespace {
/// What a call ended with, as a text.
std::string told(io_result r) {
    if (r) {
        return std::to_string(*r);
    }
    return r.error() == would_block           ? "would_block"
           : r.error() == io_error::reset     ? "reset"
           : r.error() == io_error::timed_out ? "timed_out"
                                              : "system " + std::to_string(r.error().system());
}
std::string send(test_transport& t, std::string_view text) { return told(t.send(std::as_bytes(std::span{text}))); }
std::string receive(test_transport& t, std::size_t most = 100) {
    std::string text(most, '\0');
    auto const n = t.receive(std::as_writable_bytes(std::span{text}));
    if (!n || *n == 0) {
        return n ? "end" : told(n);
    }
    text.resize(*n);
    return text;
}

/// Both ends of TLS over it.
struct couple {
    explicit couple(version v, std::size_t capacity = test_faults::whole)
        : couple(or_throw(test_transport::pair(capacity)), v) {}
    couple(test_transport::both_ends ends, version v)
        : client(or_throw(test::make_client({.maximum_version = v}).wrap(std::move(ends.first), "localhost"))),
          server(or_throw(test::make_server().wrap(std::move(ends.second)))) {}
    test_outcome shake(std::uint32_t rounds = 100'000) { return test_handshake(client, server, rounds); }

    stream<test_transport> client;
    stream<test_transport> server;
};
} // namespace

TEST_CASE("what one end of a test_transport sends the other receives, in order") {
    auto [a, b] = or_throw(test_transport::pair());
    CHECK(receive(b) == "would_block");
    CHECK(send(a, "hello ") == "6");
    CHECK(send(a, "world") == "5");
    CHECK(b.arrived() == 11);
    CHECK(receive(a) == "would_block");
    CHECK(receive(b, 8) == "hello wo");
    CHECK(receive(b) == "rld");
    CHECK(send(b, "back") == "4");
    CHECK(receive(a) == "back");
    CHECK(a.calls() == 4);
    CHECK(a.sent() == 11);
    CHECK(a.received() == 4);
    CHECK(a.met() == 0);
}

TEST_CASE("an end of a test_transport that is closed or gone") {
    auto ends = or_throw(test_transport::pair());
    auto& a = ends.first;
    {
        test_transport b(std::move(ends.second));
        CHECK(send(ends.second, "x") == "reset"); // moved from
        CHECK(send(b, "last words") == "10");
        b.close_gracefully();
        CHECK(send(b, "x") == "reset");
        CHECK(receive(a) == "last words");
        CHECK(receive(a) == "end");
        CHECK(receive(a) == "end");
        CHECK(send(a, "still heard") == "11");
        CHECK(receive(b) == "still heard");
    }
    CHECK(send(a, "x") == "reset"); // nobody is there
    CHECK(receive(a) == "end");
}

TEST_CASE("a test_transport that is reset") {
    auto [a, b] = or_throw(test_transport::pair());
    CHECK(send(a, "first") == "5");
    b.reset();
    CHECK(send(a, "second") == "reset");
    CHECK(receive(a) == "reset");
    CHECK(receive(b) == "first"); // which had arrived
    CHECK(receive(b) == "reset");
}

TEST_CASE("a test_transport holds no more than its capacity") {
    auto [a, b] = or_throw(test_transport::pair(4));
    CHECK(send(a, "abcdef") == "4");
    CHECK(send(a, "ef") == "would_block");
    CHECK(receive(b, 3) == "abc");
    CHECK(send(a, "ef") == "2");
    CHECK(receive(b) == "def");
    auto [c, d] = or_throw(test_transport::pair(0));
    CHECK(send(c, "abc") == "1");
    CHECK(receive(d) == "a");
}

TEST_CASE("pieces of a test_transport") {
    auto [a, b] = or_throw(test_transport::pair());
    a.faults().most_sent = 2;
    b.faults().most_received = 3;
    CHECK(send(a, "abcdef") == "2");
    CHECK(send(a, "cdef") == "2");
    CHECK(send(a, "ef") == "2");
    CHECK(receive(b) == "abc");
    b.faults() = {};
    CHECK(receive(b) == "def");
}

TEST_CASE("a test_transport that blocks") {
    auto [a, b] = or_throw(test_transport::pair());
    a.faults().blocks_every = 2;
    CHECK(send(a, "a") == "1");
    CHECK(send(a, "b") == "would_block");
    CHECK(send(a, "b") == "1");
    CHECK(send(a, "c") == "would_block");
    CHECK(a.met() == 2);
    b.faults().holds_received = true;
    CHECK(receive(b) == "would_block");
    CHECK(send(b, "c") == "1");
    b.faults().holds_received = false;
    CHECK(receive(b) == "ab");
    b.faults().holds_sent = true;
    CHECK(send(b, "c") == "would_block");
    CHECK(b.met() == 2);
}

TEST_CASE("calls of a test_transport that fail") {
    auto [a, b] = or_throw(test_transport::pair());
    SECTION("once, and then no more") {
        auto const how = GENERATE(would_block, io_error::timed_out);
        a.faults() = {.fails_at = 1, .failure = how};
        CHECK(send(a, "a") == "1");
        CHECK(send(a, "b") == told(std::unexpected(how)));
        CHECK(send(a, "b") == "1");
        CHECK(receive(b) == "ab");
    }
    SECTION("for good, and the other end notices") {
        a.faults() = {.fails_at = 1, .failure = io_error(113)};
        CHECK(send(a, "a") == "1");
        CHECK(receive(a) == "system 113");
        CHECK(send(a, "b") == "system 113");
        CHECK(a.met() == 2);
        CHECK(receive(b) == "a");
        CHECK(receive(b) == "reset");
    }
    SECTION("with the end of the stream") {
        a.faults() = {.fails_at = 1, .failure = std::nullopt};
        CHECK(send(a, "a") == "1");
        CHECK(receive(a) == "end");
        CHECK(send(a, "b") == "reset");
        CHECK(receive(a) == "end");
        CHECK(receive(b) == "a");
        CHECK(send(b, "b") == "1"); // it does not know yet
    }
    SECTION("after bytes that were sent") {
        a.faults().resets_after_sent = 3;
        CHECK(send(a, "ab") == "2");
        CHECK(send(a, "cd") == "1");
        CHECK(send(a, "d") == "reset");
        CHECK(receive(b) == "abc");
        CHECK(receive(b) == "reset");
    }
    SECTION("after bytes that were received") {
        a.faults().resets_after_received = 3;
        CHECK(send(b, "abcd") == "4");
        CHECK(receive(a) == "abc");
        CHECK(receive(a) == "reset");
        CHECK(send(a, "x") == "reset");
    }
    SECTION("with the end of the stream, after bytes that were received") {
        a.faults().ends_after_received = 3;
        CHECK(send(b, "abcd") == "4");
        CHECK(receive(a) == "abc");
        CHECK(receive(a) == "end");
        CHECK(receive(a) == "end");
        CHECK(a.met() == 2);
        CHECK(send(a, "x") == "1");
    }
}

TEST_CASE("readiness by chance is the same for the same number") {
    auto const run = [](std::uint32_t seed) {
        auto [a, b] = or_throw(test_transport::pair());
        a.faults().seed = seed;
        b.faults().seed = seed + 1;
        std::string what;
        std::string got;
        for (int i = 0; i != 100; ++i) {
            what += send(a, "0123456789") + " ";
            auto const part = receive(b);
            what += part + " ";
            got += part == "would_block" ? "" : part;
        }
        CHECK(a.met() > 20);
        CHECK(a.met() < 80);
        CHECK(b.met() > 20);
        CHECK(got.size() > 50);
        return what;
    };
    CHECK(run(7) == run(7));
    CHECK(run(7) != run(8));
}

TEST_CASE("handshakes over a test_transport") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    SECTION("good ones, whatever the readiness") {
        couple p(v, GENERATE(test_faults::whole, std::size_t{4000}));
        std::uint32_t const seed = GENERATE(0U, 1U, 2U, 3U);
        p.client.transport().faults() = {.most_received = GENERATE(std::size_t{1}, std::size_t{1000}), .seed = seed};
        p.server.transport().faults() = {.most_sent = 50, .blocks_every = 2, .seed = seed};
        auto const done = p.shake();
        REQUIRE(done);
        CHECK(p.server.transport().met() != 0);
        CHECK(p.client.version() == v);
        p.client.transport().faults() = {};
        or_throw(p.client.write_some("hello"));
        char buffer[10];
        auto n = p.server.read_some(buffer);
        for (int i = 0; i != 1000 && !n && n.error() == errc::want_read; ++i) {
            n = p.server.read_some(buffer);
        }
        CHECK(std::string_view(buffer, or_throw(n)) == "hello");
    }
    SECTION("ones that a reset ends") {
        couple p(v);
        p.client.transport().faults().resets_after_received = 100;
        auto const done = p.shake();
        REQUIRE(!done.client);
        CHECK(done.client.error() == errc::transport);
        REQUIRE(!done.server);
        CHECK(done.server.error() == errc::transport);
    }
    SECTION("ones that the end of the stream ends") {
        couple p(v);
        p.client.transport().faults().ends_after_received = 100;
        auto const done = p.shake();
        REQUIRE(!done.client);
        CHECK(done.client.error() == errc::truncated);
        REQUIRE(!done.server); // the other end was closed
        CHECK(!(done.server.error() == errc::want_read));
    }
    SECTION("ones whose tickets wait for a client that reads") {
        couple p(version::tls1_3, 100);
        auto const done = p.shake(1000);
        CHECK(done.client);
        REQUIRE(!done.server);
        CHECK(done.server.error() == errc::want_write);
    }
    SECTION("ones that do not go on") {
        couple p(v);
        p.client.transport().faults().holds_received = true;
        auto const done = p.shake(100);
        REQUIRE(!done.client);
        CHECK(done.client.error() == errc::want_read);
        p.client.transport().faults() = {};
        CHECK(p.shake());
    }
}
