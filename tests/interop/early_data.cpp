// SPDX-License-Identifier: BSL-1.0

// 0-RTT against OpenSSL's programs, both roles. See ../early_data.cpp.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

using namespace tlspp;
using namespace interop;

#if defined(MBEDTLS_SSL_EARLY_DATA)
namespace {
client_context early_client() {
    client_options options;
    options.early_data = early_data::insecure_replayable;
    return make_client(version::tls1_3, options);
}
/// A client's connection with the handshake still to be made.
stream<bsd_socket> open(const client_context& context, std::uint16_t port) {
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", port, limit));
    socket.set_timeout(limit);
    return or_throw(context.wrap(std::move(socket), "localhost"));
}
/// Of a server that sends something behind its tickets.
session fetch_session(const client_context& context, std::uint16_t port, test::process& server) {
    auto conn = open(context, port);
    or_throw(conn.handshake());
    or_throw(conn.write_all("first\n"));
    REQUIRE(server.wait_for("first", limit));
    give(server, "from the server\n");
    CHECK(read_line(conn) == "from the server");
    auto made = or_throw(conn.session());
    or_throw(conn.shutdown());
    return made;
}
std::vector<std::string> s_server(std::vector<std::string> more) {
    std::vector<std::string> out{program_or_skip("openssl", "version"),
                                 "s_server",
                                 "-accept",
                                 "127.0.0.1:0",
                                 "-cert",
                                 shared_files().localhost.certificate,
                                 "-key",
                                 shared_files().localhost.key};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
} // namespace

TEST_CASE("openssl s_server takes early data", "[interop][early_data]") {
    auto const client = early_client();
    test::process server(
        s_server({"-tls1_3", "-early_data", "-max_early_data", "20000", "-recv_max_early_data", "20000"}));
    auto const port = port_in(line_after(server, "ACCEPT "));
    auto session = fetch_session(client, port, server);
    auto conn = open(client, port);
    or_throw(conn.resume(std::move(session)));
    std::string const data = "early " + std::string(5000, 'e') + " end\n" + std::string(12000, 'f') + " last\n";
    std::size_t taken = 0;
    while (taken != data.size()) {
        auto const n = or_throw(conn.write_early(std::string_view(data).substr(taken)));
        REQUIRE(n != 0);
        taken += n;
    }
    or_throw(conn.handshake());
    CHECK(conn.early_data_status() == early_data_status::accepted);
    CHECK(conn.session_reused());
    CHECK(server.wait_for("early eeee", limit));
    CHECK(server.wait_for("ffff last", limit));
    CHECK(server.wait_for("Early data received", limit));
    or_throw(conn.write_all("ordinary\n"));
    CHECK(server.wait_for("ordinary", limit));
}

TEST_CASE("openssl s_server refuses early data, and gets it again", "[interop][early_data]") {
    auto const client = early_client();
    test::process server(s_server({"-tls1_3", "-early_data", "-max_early_data", "20000"}));
    auto session = fetch_session(client, port_in(line_after(server, "ACCEPT ")), server);
    // another server, which does not know the ticket
    bool const retry = GENERATE(false, true);
    test::process other(s_server(retry ? std::vector<std::string>{"-tls1_3", "-groups", "P-521"}
                                       : std::vector<std::string>{"-tls1_3"}));
    auto conn = open(client, port_in(line_after(other, "ACCEPT ")));
    or_throw(conn.resume(std::move(session)));
    CHECK(or_throw(conn.write_early("said early\n")) == 11);
    or_throw(conn.handshake());
    CHECK(conn.early_data_status() == early_data_status::rejected);
    CHECK(conn.hello_retried() == retry);
    CHECK_FALSE(conn.session_reused());
    CHECK(other.out().find("said early") == std::string::npos);
    or_throw(conn.write_all("said early\n"));
    CHECK(other.wait_for("said early", limit));
}

TEST_CASE("openssl s_server without early data gives no session for it", "[interop][early_data]") {
    auto const client = early_client();
    test::process server(s_server({"-tls1_3"}));
    auto const port = port_in(line_after(server, "ACCEPT "));
    auto session = fetch_session(client, port, server);
    auto conn = open(client, port);
    or_throw(conn.resume(std::move(session)));
    CHECK(or_throw(conn.write_early("early\n")) == 0);
    or_throw(conn.handshake());
    CHECK(conn.early_data_status() == early_data_status::none);
    CHECK(conn.session_reused());
}

TEST_CASE("a server of TLS 1.2 ends early data", "[interop][early_data]") {
    client_options options;
    options.early_data = early_data::insecure_replayable;
    options.trust = test::shared_certificates().trust;
    auto const client = or_throw(client_context::create(options));
    test::process server(s_server({"-tls1_3", "-early_data"}));
    auto session = fetch_session(client, port_in(line_after(server, "ACCEPT ")), server);
    test::process old(s_server({"-tls1_2"}));
    auto conn = open(client, port_in(line_after(old, "ACCEPT ")));
    or_throw(conn.resume(std::move(session)));
    CHECK(or_throw(conn.write_early("early\n")) == 6);
    auto const done = conn.handshake();
    REQUIRE_FALSE(done);
    CHECK((done.error() == errc::alert_received || done.error() == errc::transport));
    test::process again(s_server({"-tls1_2"}));
    auto plain = open(client, port_in(line_after(again, "ACCEPT ")));
    or_throw(plain.handshake());
    CHECK(plain.version() == version::tls1_2);
}

TEST_CASE("openssl s_client sends early data", "[interop][early_data]") {
    auto const openssl = program_or_skip("openssl", "version");
    auto const& f = shared_files();
    server_options options;
    options.early_data.max_size = 16384;
    auto const server = make_server(version::tls1_3, options);
    auto listener = listen();
    std::string const stored = f.folder.path_of("early session");
    auto const data = f.folder.write("early data", "GET /early\n");
    auto const start = [&](std::vector<std::string> more) {
        std::vector<std::string> words{openssl,       "s_client",
                                       "-connect",    "127.0.0.1:" + std::to_string(listener.port()),
                                       "-CAfile",     f.ca,
                                       "-servername", "localhost",
                                       "-tls1_3",     "-verify_return_error"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    };
    auto const next = [&] {
        auto socket = or_throw(listener.accept(limit));
        socket.set_timeout(limit);
        return or_throw(server.wrap(std::move(socket)));
    };
    {
        test::process client(start({"-sess_out", stored}));
        auto conn = next();
        std::array<char, 100> buffer;
        CHECK(or_throw(conn.read_early(buffer)) == 0);
        or_throw(conn.write_all("hello\n"));
        REQUIRE(client.wait_for("hello", limit));
        or_throw(conn.shutdown());
        client.close_input();
        CHECK(client.wait(limit) == 0);
    }
    for (int turn = 0; turn != 3; ++turn) { // taken, replayed ticket, not read
        test::process client(start({"-sess_in", stored, "-early_data", data}));
        auto conn = next();
        std::string early;
        std::array<char, 4> buffer;
        if (turn == 2) {
            or_throw(conn.handshake());
        } else {
            while (auto const n = or_throw(conn.read_early(buffer))) {
                early.append(buffer.data(), n);
            }
        }
        CHECK(early == (turn == 0 ? "GET /early\n" : ""));
        CHECK(conn.session_reused());
        or_throw(conn.write_all("answer\n"));
        CHECK(client.wait_for("answer", limit));
        CHECK(client.wait_for(turn == 0 ? "Early data was accepted" : "Early data was rejected", limit));
        or_throw(conn.shutdown());
    }
}
#else
TEST_CASE("0-RTT with OpenSSL", "[interop][early_data]") { SKIP("this build of Mbed TLS has no early data"); }
#endif
