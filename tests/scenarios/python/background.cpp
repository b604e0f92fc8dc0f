// SPDX-License-Identifier: BSL-1.0
// SimpleBackgroundTests of CPython's test_ssl.py: a client with a server that echoes, in a thread of its own.
#include "scenarios/python/peers.hpp"
#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <poll.h>
#include <sys/socket.h>

using namespace tlspp;

namespace {
trust_store other_trust() {
    static auto const made = or_throw(or_throw(dev::authority::create()).trust());
    return made;
}
/// Runs an operation of a connection that does not block to its end, as an event loop does.
template <class Operation>
auto drive(scenario::tcp_stream& conn, Operation operation) -> decltype(operation()) {
    for (int i = 0; i != 10'000; ++i) {
        auto done = operation();
        if (done || (done.error() != errc::want_read && done.error() != errc::want_write)) {
            return done;
        }
        if (conn.wants() != want::nothing) {
            pollfd entry{conn.transport().native_handle(),
                         static_cast<short>(conn.wants() == want::write ? POLLOUT : POLLIN), 0};
            REQUIRE(::poll(&entry, 1, 20'000) == 1);
        }
    }
    FAIL("the operation never ends");
    return operation();
}
} // namespace

TEST_CASE("with and without verification", "[py:SimpleBackgroundTests.test_connect][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto open = or_throw(scenario::call(test::make_client({.verify = verify_mode::insecure_none}), server.port()));
    CHECK(open.peer_status() == peer_status::unverified); // nothing in the certificate may be believed
    CHECK_FALSE(open.verified_chain());
    CHECK(scenario::ask(open, "FOO") == "foo");
    scenario::close(open);
    auto checked = or_throw(scenario::call(test::make_client(), server.port()));
    CHECK(checked.peer_status() == peer_status::verified);
    CHECK(to_json(or_throw(checked.peer_certificate())).find("localhost") != std::string::npos);
    STATIC_REQUIRE(std::is_same_v<client_context, context<role::client>>); // the side is in the type of the context
    scenario::close(checked);
}

TEST_CASE("without the right CA a client does not connect", "[py:SimpleBackgroundTests.test_connect_fail][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto const conn = scenario::call(test::make_client({.trust = other_trust()}), server.port());
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::certificate_rejected);
    CHECK(conn.error().flags().has(verify_flag::not_trusted));
}

TEST_CASE("the default settings do not trust an unknown CA",
          "[py:SimpleBackgroundTests.test_connect_with_context_fail][same]") {
    test::temporary_folder const folder;
    auto const roots = folder.write("roots.pem", or_throw(dev::authority::create()).certificate_pem());
    ::setenv("SSL_CERT_FILE", roots.c_str(), 1); // the platform's, whatever this machine has
    auto const context = client_context::create();
    ::unsetenv("SSL_CERT_FILE");
    REQUIRE(context);
    scenario::server server;
    auto const conn = scenario::call(*context, server.port());
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::certificate_rejected);
}

TEST_CASE("connecting tells by its result", "[py:SimpleBackgroundTests.test_connect_ex][same]") {
    scenario::server server;
    auto conn = scenario::call(test::make_client(), server.port());
    REQUIRE(conn.has_value());
    CHECK(conn->is_handshake_complete());
    CHECK(conn->peer_certificate().has_value());
    scenario::close(*conn);
}

namespace {
/// A socket whose connection is on its way.
bsd_socket start_connecting(std::uint16_t port) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    int const code = ::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at);
    CHECK((code == 0 || errno == EINPROGRESS));
    pollfd entry{fd, POLLOUT, 0};
    REQUIRE(::poll(&entry, 1, 20'000) == 1);
    auto socket = bsd_socket::adopt(fd);
    or_throw(socket.set_blocking(false));
    return socket;
}
} // namespace

TEST_CASE("connecting without blocking", "[py:SimpleBackgroundTests.test_non_blocking_connect_ex][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto conn = or_throw(test::make_client().wrap(start_connecting(server.port()), "localhost"));
    REQUIRE(drive(conn, [&] { return conn.handshake(); }));
    CHECK(conn.peer_status() == peer_status::verified);
    REQUIRE(drive(conn, [&] { return conn.write_all("HELLO"); }));
    char answer[5];
    REQUIRE(drive(conn, [&] { return conn.read_exactly(answer); }));
    CHECK(std::string_view(answer, 5) == "hello");
    CHECK(drive(conn, [&] { return conn.shutdown(); }));
}

TEST_CASE("a handshake without blocking on a connected socket",
          "[py:SimpleBackgroundTests.test_non_blocking_handshake][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    or_throw(socket.set_blocking(false));
    auto conn = or_throw(test::make_client().wrap(std::move(socket), "localhost"));
    REQUIRE(drive(conn, [&] { return conn.handshake(); }));
    CHECK(conn.is_handshake_complete());
    CHECK(conn.peer_status() == peer_status::verified);
    CHECK(drive(conn, [&] { return conn.shutdown(); }));
}

TEST_CASE("one kind of context with any name, another with the right one",
          "[py:SimpleBackgroundTests.test_connect_with_context][same]") {
    scenario::server server;
    auto const open = test::make_client({.verify = verify_mode::insecure_none});
    for (auto const name : {"localhost", "dummy"}) {
        auto conn = or_throw(scenario::call(open, server.port(), name));
        CHECK(conn.peer_status() == peer_status::unverified);
        scenario::close(conn);
    }
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    auto nameless = or_throw(open.wrap(std::move(socket), insecure_any_name));
    CHECK(nameless.handshake());
    scenario::close(nameless);
    auto checked = or_throw(scenario::call(test::make_client(), server.port()));
    CHECK(or_throw(checked.peer_certificate()) == or_throw(test::the_world().localhost.leaf()));
    CHECK(checked.peer_status() == peer_status::verified);
    scenario::close(checked);
}

TEST_CASE("trust from a folder verifies a server", "[py:SimpleBackgroundTests.test_connect_capath][same]") {
    test::temporary_folder const folder;
    folder.write("4e1295a3.0", test::the_world().ca.certificate_pem());
    folder.write("b0f7bf1f.0", or_throw(dev::authority::create()).certificate_pem());
    scenario::server server;
    auto const trust = or_throw(trust_store::from_directory(folder.path()));
    auto conn = or_throw(scenario::call(test::make_client({.trust = trust}), server.port()));
    CHECK(conn.peer_status() == peer_status::verified);
    scenario::close(conn);
}

TEST_CASE("trust from memory verifies a server", "[py:SimpleBackgroundTests.test_connect_cadata][same]") {
    auto const& ca = test::the_world().ca;
    scenario::server server;
    for (auto const& trust : {or_throw(trust_store::from_pem(ca.certificate_pem())),
                              or_throw(trust_store::from_der(or_throw(ca.certificate()).der()))}) {
        auto conn = or_throw(scenario::call(test::make_client({.trust = trust}), server.port()));
        CHECK(conn.peer_status() == peer_status::verified);
        scenario::close(conn);
    }
}

namespace {
/// An engine's bytes by hand over a socket, until the operation is done.
template <class Operation>
auto pump(engine& conn, bsd_socket& wire, Operation operation) -> decltype(operation()) {
    for (;;) {
        auto done = operation();
        while (!conn.transport().outgoing().empty()) {
            auto const n = wire.send(conn.transport().outgoing());
            REQUIRE(n);
            conn.transport().consume(*n);
        }
        if (done || done.error() != errc::want_read) {
            return done;
        }
        std::byte buffer[4096];
        auto const n = wire.receive(buffer);
        REQUIRE(n);
        *n == 0 ? conn.transport().feed_end() : conn.transport().feed(bytes(buffer, *n));
    }
}
} // namespace

TEST_CASE("an engine pumped over TCP sends and receives", "[py:SimpleBackgroundTests.test_bio_read_write_data][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto wire = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    wire.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    REQUIRE(pump(conn, wire, [&] { return conn.handshake(); }));
    REQUIRE(pump(conn, wire, [&] { return conn.write_all("FOO\n"); }));
    char line[100];
    auto const n = pump(conn, wire, [&] { return conn.read_some(line); });
    REQUIRE(n);
    CHECK(std::string_view(line, *n) == "foo\n");
    REQUIRE(pump(conn, wire, [&] { return conn.shutdown(deadline::never); }));
    CHECK(conn.read_some(line) == 0U);
    server.join();
}

namespace {
template <class Connection>
concept tells_shared_ciphers = requires(const Connection& c) { c.shared_ciphers(); };
} // namespace

TEST_CASE("an engine knows its session from the handshake on, and does not write after shutdown",
          "[py:SimpleBackgroundTests.test_bio_handshake][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto wire = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    wire.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    CHECK(conn.cipher().name.empty());
    CHECK(conn.cipher().protocol.empty()); // the version
    CHECK(conn.cipher().id == 0);
    CHECK(conn.peer_certificate().error() == errc::misuse);
    CHECK_FALSE(conn.channel_binding("tls-unique"));
    STATIC_REQUIRE_FALSE(tells_shared_ciphers<engine>); // which clients do not know in Python either: None all along
    REQUIRE(pump(conn, wire, [&] { return conn.handshake(); }));
    CHECK_FALSE(conn.cipher().name.empty());
    CHECK(conn.cipher().protocol == name(v));
    CHECK(conn.version() == v);
    CHECK(or_throw(conn.peer_certificate()) == or_throw(test::the_world().localhost.leaf()));
    CHECK(conn.channel_binding("tls-unique").has_value() == (v == version::tls1_2));
    REQUIRE(pump(conn, wire, [&] { return conn.shutdown(deadline::never); }));
    CHECK(conn.write_all("foo").error() == errc::closed);
    CHECK(conn.write_some("foo").error() == errc::closed);
    CHECK(conn.transport().outgoing().empty());
    server.join();
}

TEST_CASE("an end of the transport is not an end of the stream",
          "[py:SimpleBackgroundTests.test_transport_eof][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto wire = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    wire.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    REQUIRE(pump(conn, wire, [&] { return conn.handshake(); }));
    conn.transport().feed_end();
    char buffer[10];
    for (int i = 0; i != 2; ++i) {
        auto const n = conn.read_some(buffer);
        REQUIRE_FALSE(n);
        CHECK(n.error() == errc::truncated);
    }
}

TEST_CASE("a client of TLS 1.2 does not mind suites of TLS 1.3",
          "[py:SimpleBackgroundTestsTLS_1_3.test_ciphersuite_downgrade][same]") {
    using enum cipher_suite;
    scenario::server server({.cipher_suites = {TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}});
    auto const context =
        test::make_client({.maximum_version = version::tls1_2,
                           .cipher_suites = {TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}});
    auto conn = or_throw(scenario::call(context, server.port()));
    CHECK(conn.version() == version::tls1_2);
    CHECK(conn.cipher().protocol == "TLSv1.2");
    CHECK(conn.cipher().name == "ECDHE-ECDSA-AES256-GCM-SHA384");
    scenario::close(conn);
}

TEST_CASE("suites are selected, and no suite is an error", "[py:SimpleBackgroundTests.test_ciphers][same]") {
    scenario::server server;
    for (auto const& suites :
         {supported_cipher_suites(), test::make_client().cipher_suites()}) { // all, and the default
        option_list<cipher_suite> wanted;
        std::vector<cipher_suite> some;
        for (auto const s : suites) {
            auto const* row = detail::find_suite(static_cast<std::uint16_t>(s));
            if (!row->needs_psk()) {
                some.push_back(s);
            }
        }
        wanted = option_list<cipher_suite>(some);
        auto conn = or_throw(scenario::call(test::make_client({.cipher_suites = wanted}), server.port()));
        CHECK(conn.is_handshake_complete());
        scenario::close(conn);
    }
    auto const nonsense = cipher_suites_from("^$:,;?*'dorothyx");
    REQUIRE_FALSE(nonsense);
    CHECK(nonsense.error() == errc::invalid_argument);
    CHECK(nonsense.error().why() == reason::suite_unknown);
}

TEST_CASE("connecting has a limit, however short", "[py:NetworkedTests.test_timeout_connect_ex][same]") {
    test::silent_port const port; // takes no connection, as a host that is far away
    auto const conn =
        connect(test::make_client(), "localhost", port.number(), {.connect_timeout = 1, .address = "127.0.0.1"});
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::timed_out);
    CHECK(conn.error().why() == reason::connect_deadline);
}
