// SPDX-License-Identifier: BSL-1.0
#include <tlspp/connection.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <string>

using namespace tlspp;

namespace {
test::pair open_pair(version v) {
    test::pair p({.minimum_version = v, .maximum_version = v});
    REQUIRE(p.shake().ok());
    return p;
}
std::string text_of(const error& e) { return std::string{e.message().view()}; }
} // namespace

TEST_CASE("a handshake in memory agrees on version and suite, and verifies the server") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    CHECK_FALSE(p.client.is_handshake_complete());
    CHECK(p.client.cipher().name.empty());
    CHECK(p.client.peer_status() == peer_status::none);
    REQUIRE(p.shake().ok());
    CHECK(p.client.is_handshake_complete());
    CHECK(p.client.version() == v);
    CHECK(p.server.version() == v);
    CHECK(p.client.cipher().protocol == name(v));
    CHECK(p.client.cipher().secret_bits == 256);
    CHECK(p.client.cipher().id == p.server.cipher().id);
    CHECK(p.client.peer_status() == peer_status::verified);
    CHECK(p.server.peer_status() == peer_status::none);
    CHECK(p.client.server_name() == "localhost");
    CHECK(p.server.server_name() == "localhost");
    REQUIRE(p.client.peer_certificate().has_value());
    CHECK(p.server.peer_certificate().error() == errc::no_certificate);
}

TEST_CASE("data goes both ways, however the wire cuts it") {
    auto const v = GENERATE(from_range(test::versions));
    auto const step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1000}, SIZE_MAX);
    test::pair p({.minimum_version = v, .maximum_version = v});
    REQUIRE(p.shake(step).ok());
    std::string const sent(40000, 'x');
    REQUIRE(p.client.write_all(sent).has_value());
    REQUIRE(p.server.write_all("hello").has_value());
    std::string received;
    while (test::carry(p.client, p.server, step) != 0) {
        received += test::read_all(p.server);
    }
    CHECK(received == sent);
    test::carry_all(p.server, p.client);
    CHECK(test::read_all(p.client) == "hello");
}

TEST_CASE("reading and writing shake hands by themselves") {
    test::pair p;
    CHECK(p.client.write_all("early").error() == errc::want_read);
    std::array<char, 16> buffer{};
    for (int i = 0; i != 10 && !p.server.is_handshake_complete(); ++i) {
        p.carry();
        (void)p.server.read_some(buffer);
        p.carry();
        (void)p.client.write_all("early");
    }
    p.carry();
    REQUIRE(p.server.read_some(buffer).value_or(0) == 5);
    CHECK(std::string_view(buffer.data(), 5) == "early");
}

TEST_CASE("a record holds no more than the protocol allows") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    std::string const big(20000, 'x');
    auto const taken = or_throw(p.client.write_some(big));
    CHECK(taken == (v == version::tls1_3 ? 16383 : 16384));
}

TEST_CASE("zero-length reads and writes are answered without touching the connection") {
    auto p = open_pair(version::tls1_3);
    CHECK(p.client.read_some(std::span<std::byte>{}).error() == errc::invalid_argument);
    CHECK(p.client.write_some("") == 0U);
    CHECK(p.client.write_all("").has_value());
    CHECK(p.client.transport().outgoing().empty());
    REQUIRE(p.client.write_all("x").has_value()); // and it is still alive
    p.carry();
    CHECK(test::read_all(p.server) == "x");
}

TEST_CASE("pending counts decrypted bytes, and wants tells what to wait for") {
    auto p = open_pair(version::tls1_3);
    std::array<char, 4> buffer{};
    CHECK(p.server.read_some(buffer).error() == errc::want_read);
    CHECK(p.server.wants() == want::read);
    CHECK(p.server.pending() == 0);
    REQUIRE(p.client.write_all("0123456789").has_value());
    p.carry();
    CHECK(p.server.wants() == want::nothing); // bytes are here: an event loop must not wait
    CHECK(p.server.pending() > 0);
    REQUIRE(p.server.read_some(buffer).value_or(0) == 4);
    CHECK(p.server.pending() == 6);
}

TEST_CASE("close_notify reads as 0 again and again, and the other half stays open") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    REQUIRE(p.client.write_all("last words").has_value());
    REQUIRE(p.client.shutdown().has_value());
    REQUIRE(p.client.shutdown().has_value()); // once more is no harm
    p.carry();
    std::array<char, 64> buffer{};
    CHECK(p.server.read_some(buffer) == 10U);
    for (int i = 0; i != 3; ++i) {
        CHECK(p.server.read_some(buffer) == 0U);
    }
    REQUIRE(p.server.write_all("still here").has_value());
    p.carry();
    CHECK(p.client.read_some(buffer) == 10U);
    CHECK(p.client.write_some("more").error() == errc::closed);
    CHECK(p.client.write_all("more").error() == errc::closed);
    REQUIRE(p.server.shutdown().has_value());
    p.carry();
    CHECK(p.client.read_some(buffer) == 0U);
    CHECK(p.client.read_some(buffer) == 0U);
}

TEST_CASE("an end without close_notify is truncation, again and again") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    REQUIRE(p.client.write_all("part of it").has_value());
    p.carry();
    p.server.transport().feed_end();
    std::array<char, 64> buffer{};
    CHECK(p.server.read_some(buffer) == 10U);
    for (int i = 0; i != 3; ++i) {
        CHECK(p.server.read_some(buffer).error() == errc::truncated);
    }
    CHECK(p.server.write_all("x").error() == errc::truncated);
    CHECK(p.server.shutdown().error() == errc::truncated);
}

TEST_CASE("an end in the middle of a record is truncation too") {
    auto p = open_pair(version::tls1_3);
    REQUIRE(p.client.write_all("0123456789").has_value());
    test::carry(p.client, p.server, 12);
    p.server.transport().feed_end();
    std::array<char, 64> buffer{};
    CHECK(p.server.read_some(buffer).error() == errc::truncated);
}

TEST_CASE("an empty record is not the end") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    std::array<char, 64> buffer{};
    for (int i = 0; i != 3; ++i) {
        REQUIRE(mbedtls_ssl_write(p.client.native_handle(), nullptr, 0) == 0);
    }
    p.carry();
    CHECK(p.server.read_some(buffer).error() == errc::want_read);
    REQUIRE(p.client.write_all("data").has_value());
    p.carry();
    CHECK(p.server.read_some(buffer) == 4U);
}

TEST_CASE("a flood of empty records ends the connection") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    for (int i = 0; i != 100; ++i) {
        REQUIRE(mbedtls_ssl_write(p.client.native_handle(), nullptr, 0) == 0);
    }
    p.carry();
    std::array<char, 64> buffer{};
    CHECK(p.server.read_some(buffer).error() == errc::protocol_violation);
    p.carry();
    CHECK(p.client.read_some(buffer).error() == errc::alert_received);
}

TEST_CASE("a flood of warning alerts ends the connection") {
    auto p = open_pair(version::tls1_2);
    for (int i = 0; i != 20; ++i) {
        REQUIRE(mbedtls_ssl_send_alert_message(p.client.native_handle(), MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                               MBEDTLS_SSL_ALERT_MSG_USER_CANCELED) == 0);
    }
    p.carry();
    std::array<char, 64> buffer{};
    auto const r = p.server.read_some(buffer);
    CHECK(r.error() == errc::protocol_violation);
    CHECK(r.error().why() == reason::too_many_records);
}

TEST_CASE("a corrupted record ends the connection on both sides") {
    auto const v = GENERATE(from_range(test::versions));
    auto p = open_pair(v);
    REQUIRE(p.client.write_all("0123456789").has_value());
    auto const out = p.client.transport().outgoing();
    std::string record(reinterpret_cast<const char*>(out.data()), out.size());
    record.back() ^= 1;
    p.server.transport().feed(record);
    p.client.transport().consume(out.size());
    std::array<char, 64> buffer{};
    auto const r = p.server.read_some(buffer);
    CHECK(r.error() == errc::protocol_violation);
    CHECK(p.server.read_some(buffer).error() == errc::protocol_violation); // latched
    CHECK(p.server.write_all("x").error() == errc::protocol_violation);
    p.carry();
    CHECK(p.client.read_some(buffer).error() == errc::alert_received);
}

TEST_CASE("the wrong name is refused, named, and told to the server") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v}, {}, "wrong.example");
    auto const o = p.shake();
    REQUIRE(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags() == verify_flags{verify_flag::name_mismatch});
    CHECK(text_of(o.client.error()).find("wrong.example") != std::string::npos);
    CHECK(text_of(o.client.error()).find("not for this name") != std::string::npos);
    INFO(text_of(o.server.error()));
    // In TLS 1.3 Mbed TLS's client sends its alert in the clear, which its server takes for a broken record (-0x7180).
    REQUIRE(o.server.error() == errc::alert_received);
    CHECK(o.server.error().alert() == alert::bad_certificate);
    CHECK_FALSE(p.client.is_handshake_complete());
    CHECK(p.client.handshake().error() == errc::certificate_rejected); // latched
    CHECK(p.client.write_all("secret").error() == errc::certificate_rejected);
    CHECK(p.client.peer_status() == peer_status::none);
}

TEST_CASE("an unknown CA is refused") {
    auto const other = or_throw(dev::authority::create());
    test::pair p({.trust = or_throw(other.trust())});
    auto const o = p.shake();
    REQUIRE(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags().has(verify_flag::not_trusted));
    CHECK_FALSE(o.client.error().flags().has(verify_flag::name_mismatch));
}

TEST_CASE("an expired certificate and one of the future are refused") {
    auto const& ca = test::the_world().ca;
    auto const old =
        or_throw(ca.issue({.dns_names = {"localhost"}, .not_before = 1000000000, .not_after = 1100000000}));
    test::pair expired({}, {.identities = {old}});
    auto const e = expired.shake().client.error();
    CHECK(e == errc::certificate_rejected);
    CHECK(e.flags() == verify_flags{verify_flag::expired});
    auto const future =
        or_throw(ca.issue({.dns_names = {"localhost"}, .not_before = 4000000000, .not_after = 4100000000}));
    test::pair early({}, {.identities = {future}});
    CHECK(early.shake().client.error().flags() == verify_flags{verify_flag::not_yet_valid});
}

TEST_CASE("an address is matched against iPAddress entries only, and never sent as SNI") {
    auto const v = GENERATE(from_range(test::versions));
    auto const address = GENERATE("127.0.0.1", "::1", "0:0:0:0:0:0:0:1");
    test::pair good({.minimum_version = v, .maximum_version = v}, {}, address);
    REQUIRE(good.shake().ok());
    CHECK(good.client.peer_status() == peer_status::verified);
    CHECK(good.server.server_name().empty());

    test::pair other({}, {}, "127.0.0.2");
    CHECK(other.shake().client.error().flags() == verify_flags{verify_flag::name_mismatch});

    auto const as_dns = or_throw(test::the_world().ca.issue({.dns_names = {"127.0.0.1"}}));
    test::pair text({}, {.identities = {as_dns}}, "127.0.0.1");
    CHECK(text.shake().client.error().flags() == verify_flags{verify_flag::name_mismatch});
}

TEST_CASE("the common name is never consulted") {
    auto const only_cn = or_throw(test::the_world().ca.issue({.common_name = "localhost"}));
    test::pair p({}, {.identities = {only_cn}});
    CHECK(p.shake().client.error().flags().has(verify_flag::name_mismatch));
}

TEST_CASE("a connection that was moved from refuses everything, one that was moved to works") {
    test::pair p;
    REQUIRE(test::wants_more(p.client.handshake()));
    engine moved = std::move(p.client);
    CHECK_FALSE(static_cast<bool>(p.client));
    CHECK(p.client.handshake().error().why() == reason::moved_from);
    std::array<char, 4> buffer{};
    CHECK(p.client.read_some(buffer).error() == errc::misuse);
    CHECK(p.client.read_exactly(buffer).error() == errc::misuse);
    CHECK(p.client.write_some("x").error() == errc::misuse);
    CHECK(p.client.write_all("x").error() == errc::misuse);
    CHECK(p.client.shutdown().error() == errc::misuse);
    CHECK_FALSE(p.client.is_handshake_complete());
    REQUIRE(test::shake_hands(moved, p.server).ok());
    p.client = std::move(moved);
    REQUIRE(p.client.write_all("moved").has_value());
    p.carry();
    CHECK(test::read_all(p.server) == "moved");
}

TEST_CASE("read_exactly goes on where it was") {
    auto p = open_pair(version::tls1_3);
    std::array<char, 8> buffer{};
    REQUIRE(p.client.write_all("0123").has_value());
    p.carry();
    CHECK(p.server.read_exactly(buffer).error() == errc::want_read);
    CHECK(p.server.read_exactly(std::span{buffer}.first(2)).error() == errc::misuse);
    REQUIRE(p.client.write_all("4567rest").has_value());
    p.carry();
    REQUIRE(p.server.read_exactly(buffer).has_value());
    CHECK(std::string_view(buffer.data(), 8) == "01234567");
    REQUIRE(p.server.read_exactly(std::span{buffer}.first(4)).has_value());
    CHECK(std::string_view(buffer.data(), 4) == "rest");
    REQUIRE(p.client.shutdown().has_value());
    p.carry();
    auto const short_end = p.server.read_exactly(buffer);
    CHECK(short_end.error() == errc::truncated);
    CHECK(short_end.error().why() == reason::short_stream);
}

TEST_CASE("shutdown before the handshake is misuse, and harms nothing") {
    test::pair p;
    CHECK(p.client.shutdown().error() == errc::misuse);
    CHECK(p.shake().ok());
}

TEST_CASE("something else than TLS is told as such, and answered with an alert") {
    test::pair p;
    p.server.transport().feed("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto const r = p.server.handshake();
    REQUIRE(r.error() == errc::protocol_violation);
    CHECK(r.error().why() == reason::not_tls);
    auto const answer = p.server.transport().outgoing();
    REQUIRE(answer.size() == 7);
    CHECK(answer[0] == std::byte{21});
    CHECK(answer[5] == std::byte{2}); // fatal

    test::pair q;
    REQUIRE(test::wants_more(q.client.handshake()));
    q.client.transport().feed("HTTP/1.1 400 Bad Request\r\n\r\n");
    CHECK(q.client.handshake().error().why() == reason::not_tls);
}

TEST_CASE("a peer that closes at any stage of the handshake is an error, never a success") {
    auto const v = GENERATE(from_range(test::versions));
    std::size_t total = 0;
    {
        test::pair whole({.minimum_version = v, .maximum_version = v});
        (void)whole.client.handshake();
        (void)test::carry(whole.client, whole.server);
        (void)whole.server.handshake();
        total = whole.server.transport().outgoing().size();
    }
    REQUIRE(total > 500);
    for (std::size_t cut = 0; cut + 20 < total; cut += 37) { // signatures differ in length by a few bytes
        test::pair p({.minimum_version = v, .maximum_version = v});
        (void)p.client.handshake();
        (void)test::carry(p.client, p.server);
        (void)p.server.handshake();
        (void)test::carry(p.server, p.client, cut);
        p.client.transport().feed_end();
        auto const r = p.client.handshake();
        INFO("cut after " << cut);
        REQUIRE_FALSE(r.has_value());
        CHECK(r.error() == errc::truncated);
    }
}

TEST_CASE("a server's alert comes through with its name while it is in the clear") {
    test::pair p({.maximum_version = version::tls1_2}, {.minimum_version = version::tls1_3});
    auto const o = p.shake();
    REQUIRE(o.client.error() == errc::alert_received);
    CHECK(o.client.error().alert() == alert::protocol_version);
    CHECK(text_of(o.client.error()).find("protocol_version") != std::string::npos);
    CHECK(o.server.error() == errc::handshake_failed);
}

TEST_CASE("a server that names a version that there is not is refused") { // and the number is read without harm
    test::pair p({.maximum_version = version::tls1_2});
    CHECK(p.client.handshake().error() == errc::want_read);
    test::carry(p.client, p.server);
    CHECK(p.server.handshake().error() == errc::want_read);
    auto const out = p.server.transport().outgoing();
    std::string flight(reinterpret_cast<const char*>(out.data()), out.size());
    flight.at(9) = '\x0B'; // behind the heads of record and message
    p.client.transport().feed(flight);
    auto const done = p.client.handshake();
    REQUIRE(!done);
    CHECK((done.error() == errc::handshake_failed || done.error() == errc::protocol_violation));
    CHECK(p.client.version() == version::tls1_2);
}
