// SPDX-License-Identifier: BSL-1.0
// ThreadedTests and TestPreHandshakeClose of CPython's test_ssl.py about moving bytes and about ends.
#include "scenarios/python/peers.hpp"
#include "support/sockets.hpp"

#include <tlspp/shared_stream.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <array>
#include <memory>
#include <vector>

#include <sys/socket.h>

using namespace tlspp;
using namespace std::chrono_literals;

namespace {
/// Closes with a reset instead of an orderly end.
void reset(bsd_socket socket) {
    linger const at_once{1, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket.release());
}
std::string pattern(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        out[i] = static_cast<char>('a' + (i * 7 + (i >> 8) * 13) % 26);
    }
    return out;
}
} // namespace

TEST_CASE("a server that closes at once ends the handshake", "[py:ThreadedTests.test_rude_shutdown][same]") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    bool const hard = GENERATE(false, true);
    std::thread rude([&] {
        auto socket = or_throw(listener.accept(scenario::limit));
        if (hard) {
            reset(std::move(socket));
        }
    });
    auto const conn = scenario::call(test::make_client(), listener.port());
    rude.join();
    REQUIRE_FALSE(conn);
    INFO(conn.error().message().view());
    CHECK((conn.error() == errc::truncated || conn.error() == errc::transport));
}

TEST_CASE("a file of 270 KB comes as it is", "[py:ThreadedTests.test_socketserver][same]") {
    std::string const file = pattern(270'336);
    scenario::server server(server_options{}, [&](scenario::tcp_stream& conn) {
        std::string request;
        char one[1];
        while (!request.ends_with("\r\n\r\n") && conn.read_some(one).value_or(0) == 1) {
            request += one[0];
        }
        auto const head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(file.size()) + "\r\n\r\n";
        if (request.starts_with("GET /keycert.pem ") && conn.write_all(head) && conn.write_all(file)) {
            (void)conn.shutdown();
        }
    });
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    CHECK(conn.peer_status() == peer_status::verified);
    or_throw(conn.write_all("GET /keycert.pem HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    std::string answer;
    std::array<char, 10'000> buffer{};
    for (;;) {
        auto const n = or_throw(conn.read_some(buffer));
        if (n == 0) {
            break;
        }
        answer.append(buffer.data(), n);
    }
    auto const body = answer.find("\r\n\r\n");
    REQUIRE(body != std::string::npos);
    CHECK(answer.substr(body + 4) == file);
    (void)conn.shutdown();
}

TEST_CASE("a server in an event loop serves a client that blocks", "[py:ThreadedTests.test_asyncore_server][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const context = test::make_server({.maximum_version = v});
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    unsigned waits = 0;
    bool good = false;
    std::thread loop([&] {
        auto socket = or_throw(listener.accept(scenario::limit));
        or_throw(socket.set_blocking(false));
        auto conn = or_throw(context.wrap(std::move(socket)));
        auto const run = [&](auto operation) {
            for (int i = 0; i != 10'000; ++i) {
                auto done = operation();
                if (done || (done.error() != errc::want_read && done.error() != errc::want_write)) {
                    return done;
                }
                if (conn.wants() == want::nothing) {
                    continue; // what it needs is here already
                }
                pollfd entry{conn.transport().native_handle(),
                             static_cast<short>(conn.wants() == want::write ? POLLOUT : POLLIN), 0};
                if (::poll(&entry, 1, 20'000) != 1) {
                    break;
                }
                ++waits;
            }
            return operation();
        };
        good = run([&] { return conn.handshake(); }).has_value();
        char buffer[100]; // smaller than what comes, so that decrypted bytes are left over
        while (good) {
            auto const n = run([&] { return conn.read_some(buffer); });
            if (!n || *n == 0) {
                good = n.has_value();
                break;
            }
            auto const part = std::span{buffer}.first(*n);
            for (char& c : part) {
                c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            }
            good = run([&] { return conn.write_all(part); }).has_value();
        }
        good = good && run([&] { return conn.shutdown(); });
    });
    auto conn = or_throw(scenario::call(test::make_client(), listener.port()));
    std::string const text(5000, 'T');
    CHECK(scenario::ask(conn, text) == std::string(5000, 't'));
    CHECK(scenario::ask(conn, "AGAIN") == "again");
    scenario::close(conn);
    loop.join();
    CHECK(good);
    CHECK(waits > 0);
}

namespace {
template <class Stream>
concept receives_from = requires(Stream& s, std::span<char> b) { s.recvfrom(b); } ||
                        requires(Stream& s, std::span<char> b) { s.recvmsg(b); };
template <class Stream>
concept sends_to =
    requires(Stream& s, std::span<char> b) { s.sendto(b); } || requires(Stream& s, std::span<char> b) { s.sendmsg(b); };
template <class T>
concept can_be_written = requires(connection& c, const T& t) { c.write_all(t); };
struct not_bytes {
    const int* data() const;
    std::size_t size() const;
};
} // namespace

// different: sizes are those of the buffers, and cannot be negative; what Python refuses at run time does not compile
TEST_CASE("everything that holds bytes can be sent, and received into",
          "[py:ThreadedTests.test_recv_send][different]") {
    scenario::server server;
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    auto const echoed = [&](bytes data) {
        auto const sent = or_throw(conn.write_some(data));
        CHECK(sent == data.size());
        return scenario::read_exactly(conn, data.size());
    };
    CHECK(echoed("LITERAL") == "literal");
    CHECK(echoed(std::string("STRING")) == "string");
    CHECK(echoed(std::vector<unsigned char>{'V', 'E', 'C'}) == "vec");
    CHECK(echoed(std::array<std::byte, 2>{std::byte{'A'}, std::byte{'B'}}) == "ab");
    CHECK(echoed(std::u8string_view(u8"U8")) == "u8");
    std::string const text = "SPAN";
    CHECK(echoed(std::span<const char>(text)) == "span");
    // into a part of a buffer
    or_throw(conn.write_all("PART"));
    char room[10] = {'#', '#', '#', '#', '#', '#', '#', '#', '#', '#'};
    or_throw(conn.read_exactly(std::span{room}.subspan(3, 4)));
    CHECK(std::string_view(room, 10) == "###part###");
    STATIC_REQUIRE_FALSE(receives_from<scenario::tcp_stream>);
    STATIC_REQUIRE_FALSE(sends_to<scenario::tcp_stream>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<scenario::tcp_stream>);
    STATIC_REQUIRE(can_be_written<std::string>);
    STATIC_REQUIRE_FALSE(can_be_written<std::vector<int>>);
    STATIC_REQUIRE_FALSE(can_be_written<not_bytes>);
    STATIC_REQUIRE_FALSE(can_be_written<int>);
    scenario::close(conn);
}

TEST_CASE("reading no bytes takes nothing and waits for nothing", "[py:ThreadedTests.test_recv_zero][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v});
    REQUIRE(p.shake().ok());
    p.carry();
    CHECK(p.client.read_exactly(std::span<char>())); // with nothing to read: at once
    or_throw(p.server.write_all("data"));
    p.carry();
    CHECK(p.client.read_exactly(std::span<char>()));
    CHECK(p.client.read_exactly(std::span<char>()));
    char buffer[10];
    CHECK(p.client.read_some(buffer) == 4U); // and it is still here
    CHECK(std::string_view(buffer, 4) == "data");
}

TEST_CASE("writing to a peer that does not keep up ends in want_write, and nothing is lost",
          "[py:ThreadedTests.test_nonblocking_send][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::connected both;
    int const little = 4096;
    ::setsockopt(both.client.native_handle(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    or_throw(both.client.set_blocking(false));
    both.server.set_timeout(scenario::limit);
    auto client = or_throw(test::make_client({.maximum_version = v}).wrap(std::move(both.client), "localhost"));
    auto server = or_throw(test::make_server().wrap(std::move(both.server)));
    std::thread other([&] { (void)server.handshake(); });
    for (int i = 0; i != 10'000 && !client.handshake(); ++i) {
        pollfd entry{client.transport().native_handle(), POLLIN, 0};
        (void)::poll(&entry, 1, 20'000);
    }
    other.join();
    REQUIRE(client.is_handshake_complete());
    std::string const block = pattern(8192);
    std::size_t sent = 0;
    std::optional<error> stopped;
    while (!stopped && sent < 100'000'000) { // more than the system holds
        auto const n = client.write_some(block);
        if (n) {
            sent += *n;
        } else {
            stopped = n.error();
        }
    }
    REQUIRE(stopped);
    CHECK(*stopped == errc::want_write);
    CHECK(client.wants() == want::write);
    // the peer reads everything; the write that waits goes on
    std::string received;
    std::thread reader([&] {
        std::array<char, 20'000> buffer{};
        for (;;) {
            auto const n = server.read_some(buffer);
            if (!n || *n == 0) {
                return;
            }
            received.append(buffer.data(), *n);
        }
    });
    for (int i = 0; i != 100'000; ++i) {
        auto const n = client.write_some(block);
        if (n) {
            sent += *n;
            break;
        }
        pollfd entry{client.transport().native_handle(), POLLOUT, 0};
        (void)::poll(&entry, 1, 20'000);
    }
    for (int i = 0; i != 100'000 && !client.shutdown(); ++i) {
        pollfd entry{client.transport().native_handle(), POLLOUT, 0};
        (void)::poll(&entry, 1, 20'000);
    }
    reader.join();
    REQUIRE(received.size() == sent);
    bool whole = true;
    for (std::size_t i = 0; i != received.size(); i += block.size()) {
        whole = whole && received.compare(i, block.size(), block) == 0;
    }
    CHECK(whole);
}

TEST_CASE("a handshake with somebody who never answers ends in time",
          "[py:ThreadedTests.test_handshake_timeout][same]") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0)); // takes connections, and says nothing
    auto const context = test::make_client();
    auto const begun = std::chrono::steady_clock::now();
    SECTION("wrapping a connected socket") {
        auto socket = or_throw(bsd_socket::connect("127.0.0.1", listener.port(), scenario::limit));
        socket.set_timeout(200ms);
        auto conn = or_throw(context.wrap(std::move(socket), "localhost"));
        auto const done = conn.handshake();
        REQUIRE_FALSE(done);
        CHECK(done.error() == errc::timed_out);
    }
    SECTION("connecting") {
        auto const conn = connect(context, "localhost", listener.port(),
                                  {.connect_timeout = 20s, .handshake_timeout = 200ms, .address = "127.0.0.1"});
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::timed_out);
        CHECK(conn.error().why() == reason::handshake_deadline);
    }
    auto const took = std::chrono::steady_clock::now() - begun;
    CHECK(took >= 199ms);
    CHECK(took < 15s);
}

TEST_CASE("accepting gives a connection and the address of its peer", "[py:ThreadedTests.test_server_accept][same]") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::string peer;
    std::thread server([&] {
        auto conn = accept(context, listener, {.accept_timeout = 20s, .handshake_timeout = 20s});
        if (conn && conn->is_handshake_complete()) {
            auto const at = conn->transport().peer_endpoint();
            peer = std::string(at.address()) + ":" + std::to_string(at.port());
            scenario::echo(*conn);
        }
    });
    auto conn = or_throw(scenario::call(test::make_client(), listener.port()));
    auto const own = conn.transport().local_endpoint();
    scenario::close(conn);
    server.join();
    CHECK(peer == std::string(own.address()) + ":" + std::to_string(own.port()));
}

TEST_CASE("a connection that was closed is not read or written",
          "[py:ThreadedTests.test_read_write_after_close_raises_valuerror][same]") {
    scenario::server server;
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    scenario::close(conn);
    CHECK(conn.write_some("hello").error() == errc::closed);
    auto const socket = std::move(conn).release();
    char buffer[16];
    CHECK(conn.read_some(buffer).error() == errc::misuse); // NOLINT(bugprone-use-after-move): that is the question
    CHECK(conn.read_exactly(buffer).error() == errc::misuse);
    CHECK(conn.write_some("hello").error() == errc::misuse);
    CHECK(conn.write_all("hello").error() == errc::misuse);
}

TEST_CASE("a file of 512 bytes is sent", "[py:ThreadedTests.test_sendfile][same]") {
    auto const v = GENERATE(from_range(test::versions));
    std::string const file(512, 'x');
    scenario::server server({.maximum_version = v});
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    for (std::size_t at = 0; at != file.size();) { // in pieces, as a file is read
        auto const piece = std::string_view(file).substr(at, 100);
        or_throw(conn.write_all(piece));
        at += piece.size();
    }
    CHECK(scenario::read_exactly(conn, file.size()) == file);
    scenario::close(conn);
}

TEST_CASE("one thread reads while another one sends",
          "[py:ThreadedTests.test_thread_recv_while_main_thread_sends][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    shared_stream conn(or_throw(scenario::call(test::make_client(), server.port())));
    std::string received;
    std::atomic<bool> reading = false;
    std::thread reader([&] {
        std::array<char, 1000> buffer{};
        reading = true;
        while (received.size() != 10'000) {
            auto const n = conn.read_some(buffer, 20s);
            if (!n || *n == 0) {
                return;
            }
            received.append(buffer.data(), *n);
        }
    });
    while (!reading) {
        std::this_thread::yield();
    }
    for (int i = 0; i != 10; ++i) {
        CHECK(conn.write_all(std::string(1000, static_cast<char>('A' + i)), 20s));
    }
    reader.join();
    REQUIRE(received.size() == 10'000);
    for (std::size_t i = 0; i != 10; ++i) {
        CHECK(received.substr(i * 1000, 1000) == std::string(1000, static_cast<char>('a' + i)));
    }
    CHECK(conn.shutdown(20s));
}

TEST_CASE("after an end without close_notify nothing works any more", "[py:ThreadedTests.test_got_eof][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v}, [](scenario::tcp_stream& conn) {
        ::shutdown(conn.transport().native_handle(), SHUT_RDWR);
    });
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    char buffer[100];
    CHECK(conn.read_some(buffer).error() == errc::truncated);
    for (int i = 0; i != 2; ++i) {
        CHECK(conn.read_some(buffer).error() == errc::truncated);
        CHECK(conn.read_exactly(buffer).error() == errc::truncated);
        CHECK(conn.write_some("x").error() == errc::truncated);
        CHECK(conn.write_all("x").error() == errc::truncated);
        CHECK(conn.handshake().error() == errc::truncated);
        CHECK(conn.pending() == 0);
    }
}

// ---- plain text before TLS -----------------------------------------------------------------------------------------

TEST_CASE("plain data before TLS does not reach a server",
          "[py:TestPreHandshakeClose.test_preauth_data_to_tls_server][same]") {
    test::connected both;
    REQUIRE(test::send_all(both.client, "DELETE /data HTTP/1.0\r\n\r\n"));
    test::wait_for_arrival(both.server, 25);
    reset(std::move(both.client));
    both.server.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_server().wrap(std::move(both.server)));
    auto const done = conn.handshake();
    REQUIRE_FALSE(done);
    INFO(done.error().message().view());
    CHECK((done.error() == errc::protocol_violation || done.error() == errc::transport));
    char buffer[100];
    CHECK_FALSE(conn.read_some(buffer)); // never delivered
    CHECK(conn.pending() == 0);
}

TEST_CASE("plain data before TLS does not reach a client",
          "[py:TestPreHandshakeClose.test_preauth_data_to_tls_client][same]") {
    test::connected both;
    constexpr std::string_view redirect = "HTTP/1.0 307 Temporary Redirect\r\nLocation: https://example.com/\r\n\r\n";
    REQUIRE(test::send_all(both.server, redirect));
    test::wait_for_arrival(both.client, redirect.size());
    reset(std::move(both.server));
    both.client.set_timeout(scenario::limit);
    auto conn = test::make_client().wrap(std::move(both.client), "localhost", after_plaintext{0});
    REQUIRE(conn); // in the system's buffer still
    auto const done = conn->handshake();
    REQUIRE_FALSE(done);
    INFO(done.error().message().view());
    CHECK((done.error() == errc::protocol_violation || done.error() == errc::transport));
    char buffer[200];
    CHECK_FALSE(conn->read_some(buffer));
    CHECK(conn->pending() == 0);
}

TEST_CASE("a plain answer is no answer to an HTTPS client",
          "[py:TestPreHandshakeClose.test_https_client_non_tls_response_ignored][same]") {
    auto const before = test::open_descriptors();
    {
        auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
        std::thread server([&] {
            auto socket = or_throw(listener.accept(scenario::limit));
            (void)test::send_all(socket, "HTTP/1.0 402 Payment Required\r\n\r\n");
            reset(std::move(socket));
        });
        auto const conn = scenario::call(test::make_client(), listener.port());
        server.join();
        REQUIRE_FALSE(conn);
        INFO(conn.error().message().view());
        CHECK((conn.error() == errc::protocol_violation || conn.error() == errc::transport ||
               conn.error() == errc::truncated));
    }
    CHECK(test::are_open_beside(before));
}
