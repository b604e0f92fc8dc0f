// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/failure.hpp>

#include "../support/contexts.hpp"

#include <tlspp/transport/bsd_listener.hpp>
#include <tlspp/transport/bsd_socket.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <string>
#include <thread>

using namespace tlspp;

TEST_CASE("the alert that says why reaches a peer with data still on its way") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const context = test::make_server();
    std::thread server([&] {
        auto socket = listener.accept();
        if (socket) {
            auto conn = context.wrap(std::move(*socket));
            (void)conn->handshake(); // fails; the connection goes with the thread, unread data and all
        }
    });
    auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    std::string const flood = "POST / HTTP/1.1\r\n\r\n" + std::string(100000, 'x');
    (void)client.send(std::as_bytes(std::span{flood}));
    std::string answer;
    io_result last{0};
    do {
        std::array<std::byte, 64> buffer{};
        last = client.receive(buffer);
        if (last) {
            answer.append(reinterpret_cast<const char*>(buffer.data()), *last);
        }
    } while (last && *last != 0);
    server.join();
    REQUIRE(answer.size() == 7);
    CHECK(answer[0] == 21);
    CHECK(answer[5] == 2);
}

TEST_CASE("each failure of a handshake is told to the peer once") {
    // The client refuses the certificate; in TLS 1.2 its alert travels in the clear.
    test::pair p({.maximum_version = version::tls1_2}, {}, "wrong.example");
    (void)p.client.handshake();
    (void)test::carry(p.client, p.server);
    (void)p.server.handshake();
    (void)test::carry(p.server, p.client);
    REQUIRE(p.client.handshake().error() == errc::certificate_rejected);
    auto const out = p.client.transport().outgoing();
    REQUIRE(out.size() == 7); // one alert, no second one after Mbed TLS's own
    CHECK(out[0] == std::byte{21});
    CHECK(out[6] == static_cast<std::byte>(alert::bad_certificate));
}

TEST_CASE("what Mbed TLS ends silently is told by the connection") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    REQUIRE(p.shake().ok());
    for (int i = 0; i != 64; ++i) { // more records without content than are allowed
        REQUIRE(mbedtls_ssl_write(p.client.native_handle(), nullptr, 0) == 0);
    }
    p.carry();
    std::array<char, 8> buffer{};
    REQUIRE(p.server.read_some(buffer).error() == errc::protocol_violation);
    CHECK_FALSE(p.server.transport().outgoing().empty());
    p.carry();
    auto const told = p.client.read_some(buffer);
    CHECK(told.error() == errc::alert_received);
}

TEST_CASE("nothing is sent to a peer that has sent a fatal alert or has gone") {
    test::pair p({}, {}, "wrong.example");
    auto const o = p.shake();
    REQUIRE_FALSE(o.server.has_value());
    CHECK(p.server.transport().outgoing().empty());

    test::pair q;
    REQUIRE(test::wants_more(q.client.handshake()));
    q.client.transport().consume(q.client.transport().outgoing().size());
    q.client.transport().feed_end();
    CHECK(q.client.handshake().error() == errc::truncated);
    CHECK(q.client.transport().outgoing().empty());
}
