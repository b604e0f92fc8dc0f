// SPDX-License-Identifier: BSL-1.0
#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

using namespace tlspp; // beside ::connect and ::accept of <sys/socket.h>
using namespace std::chrono_literals;

namespace {
/// Serves one client in a thread: sends back what it reads, in capitals.
class echo_server {
public:
    explicit echo_server(server_options options = {}, std::string_view address = "127.0.0.1")
        : context_(test::make_server(std::move(options))), listener_(or_throw(bsd_listener::bind(address, 0))),
          port_(listener_.port()), thread_([this] { serve(); }) {}
    ~echo_server() { join(); }
    std::uint16_t port() const { return port_; }
    const std::optional<error>& join() {
        if (thread_.joinable()) {
            thread_.join();
        }
        return failure_;
    }

private:
    void serve() {
        auto conn = accept(context_, listener_, {.accept_timeout = 20s});
        if (!conn) {
            failure_ = conn.error();
            return;
        }
        char buffer[1000];
        for (;;) {
            auto const n = conn->read_some(buffer);
            if (!n || *n == 0) {
                (void)conn->shutdown();
                return;
            }
            for (char& c : std::span{buffer}.first(*n)) {
                c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            }
            (void)conn->write_all(std::span{buffer}.first(*n));
        }
    }

    server_context context_;
    bsd_listener listener_;
    std::uint16_t port_;
    std::optional<error> failure_;
    std::thread thread_;
};
} // namespace

TEST_CASE("connect makes a verified connection over TCP") {
    auto const v = GENERATE(from_range(test::versions));
    echo_server server;
    auto const context = test::make_client({.minimum_version = v, .maximum_version = v});
    auto conn = or_throw(connect(context, "localhost", server.port()));
    CHECK(conn.is_handshake_complete());
    CHECK(conn.version() == v);
    CHECK(conn.peer_status() == peer_status::verified);
    CHECK(conn.server_name() == "localhost");
    or_throw(conn.write_all("hello"));
    char answer[5];
    or_throw(conn.read_exactly(answer));
    CHECK(std::string_view{answer, 5} == "HELLO");
    or_throw(conn.shutdown());
    CHECK(conn.read_some(answer) == 0U);
    CHECK_FALSE(server.join().has_value());
}

TEST_CASE("connect verifies an address by the addresses in the certificate") {
    echo_server server;
    auto conn = or_throw(connect(test::make_client(), "127.0.0.1", server.port()));
    CHECK(conn.peer_status() == peer_status::verified);
    or_throw(conn.shutdown());
}

TEST_CASE("connect can go elsewhere than to the name that it verifies") {
    SECTION("and finds the name there") {
        echo_server server;
        auto conn = or_throw(connect(test::make_client(), "localhost", server.port(), {.address = "127.0.0.1"}));
        CHECK(conn.server_name() == "localhost");
        CHECK(conn.transport().peer_endpoint().address() == "127.0.0.1");
        or_throw(conn.shutdown());
    }
    SECTION("or not") {
        echo_server server{{.maximum_version = version::tls1_2}}; // its handshake ends after the client's judgement
        auto const conn = connect(test::make_client(), "other.example", server.port(), {.address = "127.0.0.1"});
        REQUIRE_FALSE(conn.has_value());
        CHECK(conn.error() == errc::certificate_rejected);
        CHECK(conn.error().flags().has(verify_flag::name_mismatch));
        CHECK(server.join().has_value()); // the server saw the handshake fail, too
    }
}

TEST_CASE("a name that is none fails before anything is sent") {
    auto const context = test::make_client();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    for (std::string_view const name : {std::string_view{""}, std::string_view{"local host"}, std::string_view{"127.1"},
                                        std::string_view{"local\0host", 10}, std::string_view{".localhost"}}) {
        auto const conn = connect(context, name, listener.port(), {.address = "127.0.0.1"});
        REQUIRE_FALSE(conn.has_value());
        CHECK(conn.error() == errc::invalid_name);
    }
    CHECK(listener.accept(0).error() == errc::timed_out); // nobody came
    CHECK(connect(context, std::string(300, 'a'), 443).error() == errc::invalid_name);
    CHECK(connect(context, "localhost", 0).error().why() == reason::port_zero);
}

TEST_CASE("connect to a closed port") {
    test::closed_port const port;
    auto const conn = connect(test::make_client(), "localhost", port.number(), {.address = "127.0.0.1"});
    REQUIRE_FALSE(conn.has_value());
    CHECK(conn.error() == errc::transport);
    CHECK(conn.error().why() == reason::connect_failed);
    CHECK(conn.error().system() == detail::net::refused);
    CHECK(conn.error().subject() == "127.0.0.1:" + std::to_string(port.number()));
}

TEST_CASE("connect gives up a server that does not answer at its deadline") {
    test::silent_port const port;
    auto const conn =
        connect(test::make_client(), "localhost", port.number(), {.connect_timeout = 200ms, .address = "127.0.0.1"});
    REQUIRE_FALSE(conn.has_value());
    CHECK(conn.error() == errc::timed_out);
    CHECK(conn.error().why() == reason::connect_deadline);
}

TEST_CASE("connect gives up a server that does not shake hands at its deadline") {
    auto const before = test::open_descriptors();
    {
        auto const listener = or_throw(bsd_listener::bind("127.0.0.1", 0)); // accepts nobody, the system does
        auto const start = std::chrono::steady_clock::now();
        auto const conn = connect(test::make_client(), "127.0.0.1", listener.port(), {.handshake_timeout = 200});
        auto const took = std::chrono::steady_clock::now() - start;
        REQUIRE_FALSE(conn.has_value());
        CHECK(conn.error() == errc::timed_out);
        CHECK(conn.error().why() == reason::handshake_deadline);
        CHECK(conn.error().subject() == "127.0.0.1:" + std::to_string(listener.port()));
        CHECK(took >= 199ms);
        CHECK(took < 20s);
    }
    CHECK(test::are_open_beside(before));
}

TEST_CASE("the handshake's deadline is gone afterwards") {
    echo_server server;
    auto conn = or_throw(connect(test::make_client(), "127.0.0.1", server.port(), {.handshake_timeout = 5s}));
    conn.transport().set_timeout(30ms);
    char letter = 0;
    auto const late = conn.read_some(std::span{&letter, 1});
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error() == errc::timed_out);
    CHECK(late.error().why() == reason::io_deadline);
    or_throw(conn.write_all("x")); // and the connection goes on
    conn.transport().set_timeout(timeout::none);
    or_throw(conn.read_exactly(std::span{&letter, 1}));
    CHECK(letter == 'X');
    or_throw(conn.shutdown());
}

TEST_CASE("what answers in another protocol is told from a TLS server") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::string_view const greeting =
        GENERATE("HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example ESMTP ready\r\n", "");
    std::thread server{[&] {
        auto socket = or_throw(listener.accept(20s));
        test::send_all(socket, greeting);
        CHECK(test::receive_once(socket).size() > 10); // the ClientHello
    }};
    auto const conn = connect(test::make_client(), "localhost", listener.port(), {.address = "127.0.0.1"});
    server.join();
    REQUIRE_FALSE(conn.has_value());
    if (greeting.empty()) {
        CHECK(conn.error() == errc::truncated);
    } else {
        CHECK(conn.error() == errc::protocol_violation);
    }
}

TEST_CASE("what was read ahead after the end of TLS comes back with the transport") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::thread server{[&] {
        auto conn = or_throw(accept(context, listener));
        or_throw(conn.write_all("in TLS"));
        or_throw(conn.shutdown());
        char end = 0;
        CHECK(conn.read_some(std::span{&end, 1}) == 0U);
        auto plain = std::move(conn).release();
        CHECK(test::send_all(plain, "in the clear"));
    }};
    auto conn = or_throw(connect(test::make_client(), "localhost", listener.port(), {.address = "127.0.0.1"}));
    or_throw(conn.shutdown());
    server.join(); // all of it has been sent
    char text[6];
    or_throw(conn.read_exactly(text));
    CHECK(std::string_view{text, 6} == "in TLS");
    CHECK(conn.read_some(text) == 0U);
    CHECK(conn.transport().buffered() == 12);
    auto plain = std::move(conn).release();
    CHECK(test::receive_exactly(plain, 12) == "in the clear");
    CHECK(test::receive_once(plain) == "(end)");
}
