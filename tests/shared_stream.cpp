// SPDX-License-Identifier: BSL-1.0
#include <tlspp/shared_stream.hpp>

#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using namespace tlspp;

namespace {
constexpr int long_enough = 60'000;

std::string pattern(std::size_t size, unsigned seed) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        out[i] = static_cast<char>((i * 7 + (i >> 8) * 13 + seed) & 0xFF);
    }
    return out;
}

/// Both ends of a TLS connection over TCP, with the handshake done.
struct ends {
    stream<bsd_socket> client;
    stream<bsd_socket> server;

    static ends make(version v) {
        test::connected sockets;
        ends made{or_throw(test::make_client({.maximum_version = v}).wrap(std::move(sockets.client), "localhost")),
                  or_throw(test::make_server().wrap(std::move(sockets.server)))};
        result<void> served; // checked here: assertions are not for two threads at once
        std::thread other([&] { served = made.server.handshake(); });
        CHECK(made.client.handshake());
        other.join();
        CHECK(served);
        return made;
    }
};

std::string read_to_end(shared_stream& from) {
    std::string all;
    char buffer[30'000];
    for (;;) {
        auto const n = from.read_some(buffer, long_enough);
        if (!n) {
            return all + "(" + std::string(n.error().message()) + ")";
        }
        if (*n == 0) {
            return all;
        }
        all.append(buffer, *n);
    }
}
} // namespace

TEST_CASE("shared_stream: bulk both ways at once") {
    auto const v = GENERATE(from_range(test::versions));
    auto both = ends::make(v);
    shared_stream client{std::move(both.client)};
    shared_stream server{std::move(both.server)};
    std::string const up = pattern(3'000'000, 1);
    std::string const down = pattern(3'000'000, 2);
    std::string got_up;
    std::string got_down;
    std::atomic<int> sent = 0;
    auto const send = [&](shared_stream& to, const std::string& data) {
        sent += to.write_all(data, long_enough) && to.shutdown(long_enough) ? 1 : 0;
    };
    std::thread a([&] { send(client, up); });
    std::thread b([&] { send(server, down); });
    std::thread c([&] { got_up = read_to_end(server); });
    got_down = read_to_end(client);
    a.join();
    b.join();
    c.join();
    CHECK(sent == 2);
    CHECK((got_up == up));
    CHECK((got_down == down));
    CHECK(client.write_all("x").error() == errc::closed);
    CHECK(client.inspect([](const connection& conn) { return conn.version(); }) == v);
}

TEST_CASE("shared_stream: a reader that waits does not hold up a writer") {
    auto both = ends::make(version::tls1_3);
    shared_stream client{std::move(both.client)};
    std::string echoed;
    std::thread reader([&] {
        char buffer[16];
        auto const n = client.read_some(buffer, long_enough);
        echoed = n ? std::string(buffer, *n) : std::string(n.error().message());
    });
    // The other end answers only what it was sent, so the write below has to get past the reader.
    std::thread peer([&] {
        char buffer[16];
        auto const n = or_throw(both.server.read_some(buffer));
        or_throw(both.server.write_all(std::string_view(buffer, n)));
    });
    CHECK(client.write_all("past", long_enough));
    peer.join();
    reader.join();
    CHECK(echoed == "past");
}

TEST_CASE("shared_stream: what two writers write is not mixed") {
    auto both = ends::make(version::tls1_3);
    shared_stream client{std::move(both.client)};
    shared_stream server{std::move(both.server)};
    std::string const a(100'000, 'a');
    std::string const b(100'000, 'b');
    bool sent_first = false;
    bool sent_second = false;
    std::thread first([&] { sent_first = client.write_all(a, long_enough).has_value(); });
    std::thread second([&] { sent_second = client.write_all(b, long_enough).has_value(); });
    std::string got;
    char buffer[16'384];
    while (got.size() < 200'000) {
        auto const n = server.read_some(buffer, long_enough);
        if (!n) {
            break;
        }
        got.append(buffer, *n);
    }
    first.join();
    second.join();
    CHECK((sent_first && sent_second));
    CHECK((got == a + b || got == b + a));
}

TEST_CASE("shared_stream: close wakes up who waits") {
    auto both = ends::make(version::tls1_3);
    shared_stream client{std::move(both.client)};
    std::atomic<int> began = 0;
    result<std::size_t> read = 1;
    result<void> written;
    std::thread reader([&] {
        char buffer[16];
        ++began;
        read = client.read_some(buffer);
    });
    std::thread writer([&] {
        ++began;
        std::string const much(50'000'000, 'x'); // nobody reads it: the system's buffers fill
        written = client.write_all(much);
    });
    while (began != 2) {
        std::this_thread::yield();
    }
    client.close();
    reader.join();
    writer.join();
    REQUIRE_FALSE(read);
    REQUIRE_FALSE(written);
    CHECK(written.error() == errc::closed);
    CHECK(read.error() == errc::closed);
    CHECK(client.shutdown().error() == errc::closed);
    char rest[16'384];
    auto got = both.server.read_some(rest);
    while (got && *got != 0) {
        got = both.server.read_some(rest);
    }
    CHECK_FALSE(got); // no close_notify
}

TEST_CASE("shared_stream: the peer's end is told to reader and writer") {
    bool const politely = GENERATE(false, true);
    auto both = ends::make(version::tls1_3);
    shared_stream client{std::move(both.client)};
    if (politely) {
        or_throw(both.server.shutdown());
    }
    result<std::size_t> read = 1;
    std::thread reader([&] {
        char buffer[16];
        read = client.read_some(buffer, long_enough);
    });
    {
        auto const gone = std::move(both.server);
    }
    reader.join();
    if (politely) {
        CHECK(read == 0U);
    } else {
        REQUIRE_FALSE(read);
        CHECK(read.error() == errc::truncated);
        CHECK(client.write_all("x", long_enough).error() == errc::truncated); // latched
    }
}

TEST_CASE("shared_stream: time limits") {
    auto both = ends::make(version::tls1_3);
    shared_stream client{std::move(both.client)};
    char buffer[16];
    CHECK(client.read_some(buffer, 0).error() == errc::timed_out);
    auto const begin = std::chrono::steady_clock::now();
    CHECK(client.read_some(buffer, 60).error() == errc::timed_out);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(59));

    std::string const much = pattern(20'000'000, 3);
    auto const late = client.write_all(much, 50);
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::timed_out);
    auto const shorter = client.write_all("x");
    CHECK(shorter.error() == errc::misuse);
    CHECK(shorter.error().why() == reason::shorter_retry);
    std::string got;
    std::thread reader([&] {
        std::string room(much.size(), '\0');
        if (both.server.read_exactly(room)) {
            got = room;
        }
    });
    CHECK(client.write_all(much, long_enough)); // goes on where it was
    reader.join();
    CHECK((got == much));
}

TEST_CASE("shared_stream: only after the handshake") {
    test::connected sockets;
    shared_stream early{or_throw(test::make_client().wrap(std::move(sockets.client), "localhost"))};
    char buffer[16];
    auto const read = early.read_some(buffer);
    CHECK(read.error() == errc::misuse);
    CHECK(read.error().why() == reason::not_connected);
    CHECK(early.write_all("x").error() == errc::misuse);

    test::connected others;
    auto conn = or_throw(test::make_client().wrap(std::move(others.client), "localhost"));
    auto const taken = std::move(conn);
    shared_stream empty{std::move(conn)}; // NOLINT(bugprone-use-after-move)
    CHECK(empty.read_some(buffer).error().why() == reason::moved_from);
}
