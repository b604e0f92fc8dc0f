// SPDX-License-Identifier: BSL-1.0
#include <tlspp/transport/memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>

using namespace tlspp;

namespace {
std::span<const std::byte> out(std::string_view text) { return std::as_bytes(std::span{text}); }
std::string waiting(const memory_transport& t) {
    auto const span = t.outgoing();
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}
std::string received(memory_transport& t, std::size_t most) {
    std::string text(most, '\0');
    auto const n = t.receive(std::as_writable_bytes(std::span{text}));
    if (!n) {
        return n.error() == would_block ? "(blocked)" : n.error() == io_error::no_memory ? "(no memory)" : "(error)";
    }
    text.resize(*n);
    return *n == 0 ? "(end)" : text;
}
} // namespace

static_assert(transport<memory_transport>);
static_assert(std::is_nothrow_move_assignable_v<memory_transport>);

TEST_CASE("what is sent waits to be taken, in order") {
    memory_transport t;
    CHECK(t.outgoing().empty());
    CHECK(t.send(out("hello ")) == 6);
    CHECK(t.send(out("world")) == 5);
    CHECK(waiting(t) == "hello world");
    t.consume(6);
    CHECK(waiting(t) == "world");
    t.consume(0);
    CHECK(waiting(t) == "world");
    t.consume(100);
    CHECK(t.outgoing().empty());
    CHECK(t.send(out("again")) == 5);
    CHECK(waiting(t) == "again");
}

TEST_CASE("what is fed is received, then there is nothing, then the end") {
    memory_transport t;
    CHECK(received(t, 10) == "(blocked)");
    t.feed("abcdef");
    CHECK(t.buffered() == 6);
    CHECK(received(t, 4) == "abcd");
    CHECK(t.buffered() == 2);
    t.feed("gh");
    t.feed(bytes{});
    CHECK(received(t, 10) == "efgh");
    CHECK(received(t, 10) == "(blocked)");
    t.feed("last");
    t.feed_end();
    t.feed("dropped");
    CHECK(received(t, 10) == "last");
    CHECK(received(t, 10) == "(end)");
    CHECK(received(t, 10) == "(end)");
    CHECK(t.send(out("still")) == 5); // the other direction is open
}

TEST_CASE("any mixture of lengths comes out as it went in") {
    std::mt19937 random{20240229};
    for (std::size_t const longest : {1U, 7U, 64U, 5000U, 40000U}) {
        memory_transport t;
        std::uint8_t next_in = 0;
        std::uint8_t next_out = 0;
        std::size_t held = 0;
        std::string text;
        for (int i = 0; i != 2000; ++i) {
            text.resize(random() % (longest + 1));
            if (random() % 2 == 0) {
                for (char& c : text) {
                    c = static_cast<char>(next_in++);
                }
                t.feed(text);
                held += text.size();
            } else if (!text.empty() && held != 0) {
                auto const n = t.receive(std::as_writable_bytes(std::span{text}));
                REQUIRE(n.has_value());
                REQUIRE(*n == std::min(text.size(), held));
                bool same = true;
                for (std::size_t at = 0; at != *n; ++at) {
                    same = same && static_cast<std::uint8_t>(text[at]) == next_out++;
                }
                REQUIRE(same);
                held -= *n;
            }
            REQUIRE(t.buffered() == held);
        }
    }
}

TEST_CASE("a limit on what waits to be sent holds writes back") {
    memory_transport t{8};
    CHECK(t.send(out("12345")) == 5);
    CHECK(t.send(out("67890")) == 3);
    CHECK(t.send(out("x")) == io_result{std::unexpected(would_block)});
    CHECK(waiting(t) == "12345678");
    t.consume(1);
    CHECK(t.send(out("xy")) == 1);
    CHECK(waiting(t) == "2345678x");

    memory_transport least{0}; // counts as 1: 0 would be a connection that can never speak
    CHECK(least.send(out("ab")) == 1);
}

TEST_CASE("what there is no room for is the error of every later operation") {
    memory_transport t;
    t.feed("before");
    std::size_t volatile const all = std::numeric_limits<std::size_t>::max(); // the compiler knows that no object is
    t.feed(bytes{"", all});                                                   // that large
    CHECK(received(t, 10) == "(no memory)");
    CHECK(t.send(out("x")) == io_result{std::unexpected(io_error::no_memory)});
    t.feed("after");
    CHECK(received(t, 10) == "(no memory)");

    memory_transport sender;
    CHECK(sender.send({out("x").data(), std::size_t{all}}) == io_result{std::unexpected(io_error::no_memory)});
    CHECK(sender.send(out("x")) == 1); // nothing was lost: a send can be done again
}

TEST_CASE("a moved memory transport takes all along") {
    memory_transport a;
    a.feed("in");
    CHECK(a.send(out("out")) == 3);
    a.feed_end();
    memory_transport b = std::move(a);
    CHECK(waiting(b) == "out");
    CHECK(received(b, 10) == "in");
    CHECK(received(b, 10) == "(end)");
    memory_transport c;
    c = std::move(b);
    CHECK(waiting(c) == "out");
    CHECK(received(c, 10) == "(end)");
}

TEST_CASE("a burst does not hold its memory, and its buffer grows without copying more than it must") {
    memory_transport t;
    std::string const burst(1'000'000, 'x');
    t.feed(burst);
    CHECK(received(t, burst.size()) == burst);
    t.feed("small again");
    CHECK(received(t, 100) == "small again");
}

TEST_CASE("bytes received without a copy, and sent while others are written") {
    memory_transport t;
    auto const room = t.prepare(10);
    REQUIRE(room.size() == 10);
    std::ranges::copy(out("hello"), room.begin());
    CHECK(t.buffered() == 0);
    t.commit(5);
    CHECK(t.buffered() == 5);
    CHECK(received(t, 10) == "hello");
    t.feed_end();
    CHECK(t.prepare(1).size() == 1);
    t.commit(1); // after the end there is nothing
    CHECK(received(t, 10) == "(end)");

    memory_transport full;
    std::size_t const all = std::numeric_limits<std::size_t>::max();
    CHECK(full.prepare(all).empty());
    CHECK(full.prepare(1).empty()); // there is a gap
    CHECK(received(full, 10) == "(no memory)");

    memory_transport sender;
    detail::byte_queue flight;
    CHECK(sender.send(out("first")) == 5);
    sender.take_outgoing(flight);
    auto const* const there = flight.data();
    CHECK(sender.outgoing().empty());
    CHECK(sender.send(out(std::string(100'000, 'x'))) == 100'000);
    CHECK(flight.data() == there);
    CHECK(std::string_view(reinterpret_cast<const char*>(flight.data()), flight.size()) == "first");
    flight.pop(5);
    sender.take_outgoing(flight);
    CHECK(flight.size() == 100'000);
}
