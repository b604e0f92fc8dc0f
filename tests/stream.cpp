// SPDX-License-Identifier: BSL-1.0
#include <tlspp/stream.hpp>

#include "support/contexts.hpp"
#include "support/flaky.hpp"

#include <tlspp/testing.hpp>
#include <tlspp/transport/callbacks.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

using namespace tlspp;

namespace {
/// A client and a server over one wire, each with faults of its own.
struct flaky_pair {
    std::shared_ptr<test::wire> wire = std::make_shared<test::wire>();
    std::shared_ptr<test::faults> client_faults = std::make_shared<test::faults>();
    std::shared_ptr<test::faults> server_faults = std::make_shared<test::faults>();
    stream<test::end> client;
    stream<test::end> server;

    explicit flaky_pair(version v = version::tls1_3)
        : client(or_throw(test::make_client({.minimum_version = v, .maximum_version = v})
                              .wrap(test::end{wire, true, client_faults}, "localhost"))),
          server(or_throw(test::make_server().wrap(test::end{wire, false, server_faults}))) {}

    test::outcome shake() {
        test::outcome o{client.handshake(), server.handshake()};
        for (int i = 0; i != 200000 && (test::wants_more(o.client) || test::wants_more(o.server)); ++i) {
            if (test::wants_more(o.client)) {
                o.client = client.handshake();
            }
            if (test::wants_more(o.server)) {
                o.server = server.handshake();
            }
        }
        return o;
    }
};
} // namespace

TEST_CASE("a handshake survives a transport that blocks at every other call and moves single bytes") {
    auto const v = GENERATE(from_range(test::versions));
    auto const step = GENERATE(std::size_t{1}, std::size_t{5}, SIZE_MAX);
    flaky_pair p{v};
    for (auto* f : {p.client_faults.get(), p.server_faults.get()}) {
        f->step = step;
        f->blocks_every_other = true;
    }
    REQUIRE(p.shake().ok());
    std::string const sent(3000, 'y');
    while (true) {
        auto const done = p.client.write_all(sent);
        if (done) {
            break;
        }
        REQUIRE(done.error() == errc::want_write);
        CHECK(p.client.wants() == want::write);
    }
    std::string got;
    std::array<char, 700> buffer{};
    while (got.size() < sent.size()) {
        auto const n = p.server.read_some(buffer);
        if (n) {
            got.append(buffer.data(), *n);
        } else {
            REQUIRE(n.error() == errc::want_read);
        }
    }
    CHECK(got == sent);
}

TEST_CASE("after want_write the bytes first taken are sent, and fewer are refused") {
    auto const v = GENERATE(from_range(test::versions));
    flaky_pair p{v};
    REQUIRE(p.shake().ok());
    p.client_faults->send_limit = 100;
    std::string const first(1000, 'A');
    REQUIRE(p.client.write_some(first).error() == errc::want_write);
    CHECK(p.client.wants() == want::write);
    auto const less = p.client.write_some("B");
    CHECK(less.error() == errc::misuse);
    CHECK(less.error().why() == reason::shorter_retry);
    CHECK(p.client.write_some("").error() == errc::misuse);
    p.client_faults->send_limit = SIZE_MAX;
    std::string const elsewhere(1500, 'A');
    CHECK(p.client.write_some(elsewhere) == 1000U);
    std::array<char, 2000> buffer{};
    CHECK(p.server.read_some(buffer) == 1000U);
    CHECK(std::string_view(buffer.data(), 1000) == first);
    CHECK(p.server.read_some(buffer).error() == errc::want_read); // nothing twice
}

TEST_CASE("write_all goes on where it was: nothing lost, nothing twice") {
    auto const v = GENERATE(from_range(test::versions));
    flaky_pair p{v};
    REQUIRE(p.shake().ok());
    std::string sent;
    for (int i = 0; sent.size() < 50000; ++i) {
        sent += std::to_string(i) + ",";
    }
    std::string got;
    std::array<char, 30000> buffer{};
    p.client_faults->send_limit = 1;
    int blocked = 0;
    while (true) {
        auto const done = p.client.write_all(sent);
        while (true) {
            auto const n = p.server.read_some(buffer);
            if (!n) {
                break;
            }
            got.append(buffer.data(), *n);
        }
        if (done) {
            break;
        }
        REQUIRE(done.error() == errc::want_write);
        if (blocked == 2) {
            CHECK(p.client.write_some(sent).error().why() == reason::write_in_progress);
        }
        ++blocked;
        p.client_faults->send_limit = 7000;
    }
    CHECK(blocked > 3);
    CHECK(got == sent);
}

TEST_CASE("shutdown finishes a write that waits, then says close_notify") {
    auto const v = GENERATE(from_range(test::versions));
    flaky_pair p{v};
    REQUIRE(p.shake().ok());
    p.client_faults->send_limit = 50;
    std::string const sent(500, 'Z');
    REQUIRE(p.client.write_some(sent).error() == errc::want_write);
    REQUIRE(p.client.shutdown().error() == errc::want_write);
    p.client_faults->send_limit = 480;
    REQUIRE(p.client.shutdown().error() == errc::want_write);
    p.client_faults->send_limit = SIZE_MAX;
    REQUIRE(p.client.shutdown().has_value());
    std::array<char, 1000> buffer{};
    CHECK(p.server.read_some(buffer) == 500U);
    CHECK(p.server.read_some(buffer) == 0U);
}

#if defined(MBEDTLS_SSL_RENEGOTIATION)
// Mbed TLS answers a HelloRequest with an alert, and sends what waits before it: our record, while it reads.
TEST_CASE("a record that left while reading is not sent again, and shutdown sends nothing but close_notify") {
    bool const shuts_down = GENERATE(false, true);
    CAPTURE(shuts_down);
    auto ends = or_throw(test_transport::pair());
    auto client =
        or_throw(test::make_client({.maximum_version = version::tls1_2}).wrap(std::move(ends.first), "localhost"));
    auto server = or_throw(test::make_server().wrap(std::move(ends.second)));
    REQUIRE(test_handshake(client, server));

    std::string const text = "said once";
    client.transport().faults().holds_sent = true;
    REQUIRE(client.write_some(text).error() == errc::want_write);
    REQUIRE(mbedtls_ssl_renegotiate(server.native_handle()) == 0); // HelloRequest
    client.transport().faults().holds_sent = false;
    std::array<char, 100> buffer;
    CHECK(client.read_some(buffer).error() == errc::want_read);
    if (shuts_down) {
        CHECK(client.shutdown());
    } else {
        CHECK(or_throw(client.write_some(text)) == text.size()); // the retry
        CHECK(or_throw(client.write_some("!")) == 1);
    }

    std::string heard;
    auto n = server.read_some(buffer);
    for (; n && *n != 0; n = server.read_some(buffer)) {
        heard.append(buffer.data(), *n);
    }
    CHECK(heard == (shuts_down ? text : text + "!"));
    CHECK((shuts_down ? n.has_value() : n.error() == errc::want_read));
}
#endif

TEST_CASE("a send of 0 is would_block, never success") {
    flaky_pair p;
    REQUIRE(p.shake().ok());
    p.client_faults->send_returns_zero = true;
    CHECK(p.client.write_some("data").error() == errc::want_write);
    p.client_faults->send_returns_zero = false;
    CHECK(p.client.write_some("data") == 4U);
    std::array<char, 16> buffer{};
    CHECK(p.server.read_some(buffer) == 4U);
}

TEST_CASE("release gives the transport back with what it has read ahead") {
    test::pair p;
    REQUIRE(p.shake().ok());
    REQUIRE(p.client.shutdown().has_value());
    p.carry();
    p.server.transport().feed("plain text");
    std::array<char, 16> buffer{};
    CHECK(p.server.read_some(buffer) == 0U);
    auto plain = std::move(p.server).release();
    CHECK_FALSE(static_cast<bool>(p.server));
    std::array<std::byte, 16> rest{};
    CHECK(plain.receive(rest) == io_result{10});
}

TEST_CASE("what a transport reports becomes an error of the connection") {
    auto const client = test::make_client();
    auto const fail_with = [&](io_error e) {
        auto conn =
            or_throw(client.wrap(callbacks{[e](std::span<const std::byte>) -> io_result { return std::unexpected(e); },
                                           [e](std::span<std::byte>) -> io_result { return std::unexpected(e); }},
                                 "localhost"));
        auto const first = conn.handshake().error();
        CHECK((first == errc::want_write || conn.handshake().error() == first.code()));
        return first;
    };
    CHECK(fail_with(would_block) == errc::want_write);
    CHECK(fail_with(io_error::reset) == errc::transport);
    CHECK(fail_with(io_error::no_memory) == errc::out_of_memory);
    auto const system = fail_with(io_error{5});
    CHECK(system == errc::transport);
    CHECK(system.system() == 5);
}

TEST_CASE("the alert that a peer left behind before it broke off is still heard") {
    std::string_view words{"\x15\x03\x03\x00\x02\x02\x2a", 7};
    auto conn = or_throw(test::make_client().wrap(
        callbacks{[](std::span<const std::byte>) -> io_result { return std::unexpected(io_error::reset); },
                  [&](std::span<std::byte> in) -> io_result {
                      auto const n = words.copy(reinterpret_cast<char*>(in.data()), in.size());
                      words.remove_prefix(n);
                      return n;
                  }},
        "localhost"));
    auto const r = conn.handshake();
    REQUIRE(r.error() == errc::alert_received);
    CHECK(r.error().alert() == alert::bad_certificate);
}

TEST_CASE("a transport's deadline ends the call, not the connection") {
    flaky_pair p;
    auto conn = or_throw(test::make_client().wrap(
        callbacks{[&, calls = 0](std::span<const std::byte> out) mutable -> io_result {
                      if (++calls == 1) {
                          return std::unexpected(io_error::timed_out);
                      }
                      return out.size();
                  },
                  [](std::span<std::byte>) -> io_result { return std::unexpected(io_error::timed_out); }},
        "localhost"));
    CHECK(conn.handshake().error() == errc::timed_out);
    CHECK(conn.wants() == want::write);
    CHECK(conn.handshake().error() == errc::timed_out);
    CHECK(conn.wants() == want::read);
}

TEST_CASE("what a callback throws stays on our side of C") {
    auto const boom = [](auto) -> io_result { throw std::runtime_error{"boom"}; };
    auto conn = or_throw(test::make_client().wrap(callbacks{boom, boom}, "localhost"));
    auto const r = conn.handshake();
    REQUIRE(r.error() == errc::callback);
    CHECK(r.error().why() == reason::callback_threw);
    CHECK(conn.handshake().error() == errc::callback);
}

TEST_CASE("a transport that claims more than it was asked for does no harm") {
    auto conn = or_throw(
        test::make_client().wrap(callbacks{[](std::span<const std::byte> out) -> io_result { return out.size() + 100; },
                                           [](std::span<std::byte> in) -> io_result { return in.size() + 100; }},
                                 "localhost"));
    CHECK_FALSE(conn.handshake().has_value());
}

TEST_CASE("a stream is one pointer") {
    STATIC_REQUIRE(sizeof(engine) == sizeof(void*));
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<engine>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<engine>);
}

TEST_CASE("a client that is gone before the tickets are sent was there all the same") {
    auto const client_context = test::make_client({.minimum_version = version::tls1_3});
    auto client = or_throw(client_context.wrap(memory_transport{}, "localhost"));
    std::string to_client;
    std::string to_server;
    bool gone = false;
    auto const server_context = test::make_server();
    auto server = or_throw(
        server_context.wrap(callbacks{[&](std::span<const std::byte> out) -> io_result {
                                          if (gone) {
                                              return std::unexpected(io_error::reset);
                                          }
                                          to_client.append(reinterpret_cast<const char*>(out.data()), out.size());
                                          return out.size();
                                      },
                                      [&](std::span<std::byte> in) -> io_result {
                                          if (to_server.empty()) {
                                              return gone ? io_result(0) : std::unexpected(would_block);
                                          }
                                          auto const n = std::min(in.size(), to_server.size());
                                          std::memcpy(in.data(), to_server.data(), n);
                                          to_server.erase(0, n);
                                          return n;
                                      }}));
    auto const from_client = [&] {
        auto const out = client.transport().outgoing();
        to_server.append(reinterpret_cast<const char*>(out.data()), out.size());
        client.transport().consume(out.size());
    };
    while (!client.handshake()) {
        from_client();
        CHECK_FALSE(server.handshake().has_value());
        client.transport().feed(std::as_bytes(std::span{to_client}));
        to_client.clear();
    }
    or_throw(client.write_all("all I had to say"));
    or_throw(client.shutdown());
    from_client();

    SECTION("it is served") {
        gone = true;
        REQUIRE(server.handshake());
        char heard[64];
        CHECK(std::string_view(heard, or_throw(server.read_some(heard))) == "all I had to say");
        CHECK(server.read_some(heard) == 0U);
        CHECK(server.write_some("x").error() == errc::transport);
    }
    SECTION("but not where its last message did not come") {
        to_server.clear();
        gone = true;
        CHECK(server.handshake().error() == errc::truncated);
    }
}
