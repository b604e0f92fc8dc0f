// SPDX-License-Identifier: BSL-1.0

// The examples that wait for many connections at once: hundreds of clients of poll_server, Asio's, and coroutines.
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

using namespace tlspp;

namespace {
constexpr auto limit = std::chrono::seconds(60);

/// The path of an example; the test case is skipped where it was not built.
std::string example(const char* name) {
    const char* const folder = std::getenv("TLSPP_EXAMPLES");
    if (folder == nullptr || *folder == '\0') {
        SKIP("the examples were not built");
    }
    auto path = std::string(folder) + "/" + name;
    if (::access(path.c_str(), X_OK) != 0) {
        SKIP(std::string(name) + " was not built: what it needs (Asio, and its coroutines) is not installed");
    }
    return path;
}

struct files {
    test::temporary_folder folder;
    const test::certificates& c = test::shared_certificates();
    std::string ca = folder.write("ca.pem", c.ca.root_pem());
    std::string other_ca = folder.write("other.pem", c.other_ca.root_pem());
    std::string certificate = folder.write("own.pem", c.localhost.pem.certificate_pem);
    std::string key = folder.write("own.key", c.localhost.pem.key_pem);
};

std::uint16_t port_of(test::process& server) {
    REQUIRE(server.wait_for("listening on port ", limit));
    REQUIRE(server.wait_for("\n", limit));
    return static_cast<std::uint16_t>(std::stoul(server.out().substr(server.out().find("port ") + 5)));
}

client_context trusting() { return or_throw(client_context::create({.trust = test::shared_certificates().trust})); }

stream<bsd_socket> call(const client_context& context, std::uint16_t port) {
    auto conn = or_throw(connect(context, "localhost", port, {.address = "127.0.0.1"}));
    conn.transport().set_timeout(limit);
    return conn;
}

std::string echo_of(connection& conn, std::string_view text) {
    or_throw(conn.write_all(text));
    std::string answer(text.size(), '\0');
    or_throw(conn.read_exactly(answer));
    return answer;
}
void close_cleanly(connection& conn) {
    std::array<char, 1> rest;
    or_throw(conn.shutdown());
    CHECK(or_throw(conn.read_some(rest)) == 0);
}
} // namespace

TEST_CASE("hundreds of clients at once of one thread") {
    bool const poll = GENERATE(false, true);
    CAPTURE(poll);
    files const f;
    std::vector<std::string> arguments{example("poll_server"), "0", f.certificate, f.key};
    if (poll) {
        arguments.emplace_back("--poll");
    }
    test::process server(arguments);
    auto const port = port_of(server);
    auto const context = trusting();

    // Those who never say anything, begin and go, or leave without a word, disturb nobody.
    std::vector<bsd_socket> silent;
    for (int i = 0; i != 20; ++i) {
        silent.push_back(or_throw(bsd_socket::connect("127.0.0.1", port, limit)));
    }
    for (int i = 0; i != 5; ++i) {
        auto socket = or_throw(bsd_socket::connect("127.0.0.1", port, limit));
        REQUIRE(socket.send(std::as_bytes(std::span{"\x16\x03\x01", 3})));
        auto gone = call(context, port);
        CHECK(echo_of(gone, "x") == "x");
    }
    std::vector<stream<bsd_socket>> clients;
    for (int i = 0; i != 250; ++i) {
        clients.push_back(call(context, port));
    }
    std::size_t number = 0;
    for (auto& one : clients) { // all of them say something before any of them hears
        or_throw(one.write_all("client " + std::to_string(number++) + ";"));
    }
    number = 0;
    for (auto& one : clients) {
        auto const expected = "client " + std::to_string(number++) + ";";
        std::string answer(expected.size(), '\0');
        or_throw(one.read_exactly(answer));
        CHECK(answer == expected);
    }
    std::string const large(200'000, 'x'); // more than sockets and the server's turn hold
    auto& last = clients.back();
    for (std::size_t at = 0; at != large.size(); at += 50'000) {
        CHECK(echo_of(last, std::string_view(large).substr(at, 50'000)) == large.substr(at, 50'000));
    }
    for (auto& one : clients) {
        close_cleanly(one);
    }
    CHECK(server.wait_for("200 clients at once", limit));
    auto again = call(context, port); // it is still there
    CHECK(echo_of(again, "hello") == "hello");
}

TEST_CASE("poll_server is called wrongly") {
    files const f;
    CHECK(test::run({example("poll_server")}).status == 2);
    CHECK(test::run({example("poll_server"), "port", f.certificate, f.key}).status == 2);
    auto const missing = test::run({example("poll_server"), "0", f.certificate, f.ca});
    CHECK(missing.status == 1);
    CHECK(missing.err.starts_with("poll_server: "));
}

TEST_CASE("Asio's echo server and client") {
    files const f;
    auto const program = example("asio_echo");
    test::process server({program, "serve", "0", f.certificate, f.key});
    auto const port = port_of(server);
    auto const good = test::run({program, "call", "localhost", std::to_string(port), f.ca, "hello", "world"});
    CAPTURE(good.err);
    CHECK(good.status == 0);
    CHECK(good.out == "hello\nworld\n");
    auto const other_name = test::run({program, "call", "elsewhere.example", std::to_string(port), f.ca, "hello"});
    CHECK(other_name.status == 1);
    CHECK(other_name.out.empty());
    CHECK(other_name.err.find("not for this name") != std::string::npos);
    auto const other_ca = test::run({program, "call", "localhost", std::to_string(port), f.other_ca, "hello"});
    CHECK(other_ca.status == 1);
    CHECK(server.wait_for("handshake: ", limit)); // it tells of those who refused it
    {
        auto abrupt = call(trusting(), port);
        CHECK(echo_of(abrupt, "x") == "x");
    }
    CHECK(server.wait_for("read: ", limit)); // and of those who left without a word
    auto conn = call(trusting(), port);
    CHECK(echo_of(conn, "still there") == "still there");
    close_cleanly(conn);
    CHECK(test::run({program}).status == 2);
}

TEST_CASE("coroutines, of Asio's and of one's own") {
    auto const own = test::run({example("coroutines")});
    CAPTURE(own.err);
    CHECK(own.status == 0);
    CHECK(own.out.find("client: three over TLSv1.3\n") != std::string::npos);
    auto const asio = test::run({example("asio_coroutines")});
    CAPTURE(asio.err);
    CHECK(asio.status == 0);
    CHECK(asio.out.find("echoed: 1000000 bytes\n") != std::string::npos);
}
