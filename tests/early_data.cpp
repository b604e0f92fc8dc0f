// SPDX-License-Identifier: BSL-1.0

// 0-RTT between two engines. The bundled Mbed TLS has none: tests/checks/early_data.py builds this with one that has.
#include <tlspp/early_data.hpp>

#include "support/sessions.hpp"

#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <set>
#include <stdexcept>
#include <string>

using namespace tlspp;

TEST_CASE("0-RTT is asked for where the build has it", "[early_data]") {
    client_options c;
    c.trust = test::the_world().trust;
    CHECK(client_context::create(c));
    c.early_data = early_data::insecure_replayable;
    server_options s;
    s.identities = {test::the_world().localhost};
    s.early_data.max_size = 100;
    auto const client = client_context::create(c);
    auto const server = server_context::create(s);
    if (has_early_data) {
        CHECK(client);
        CHECK(server);
    } else {
        CHECK(client.error() == errc::unsupported);
        CHECK(client.error().why() == reason::early_data_not_built);
        CHECK(client.error().message().view().find("MBEDTLS_SSL_EARLY_DATA") != std::string_view::npos);
        CHECK(server.error().why() == reason::early_data_not_built);
    }
}

#if defined(MBEDTLS_SSL_EARLY_DATA)
namespace {
client_options early_client() {
    client_options options;
    options.trust = test::the_world().trust;
    options.early_data = early_data::insecure_replayable;
    return options;
}
server_options early_server(std::uint32_t max_size = 1000) {
    server_options options;
    options.identities = {test::the_world().localhost};
    options.early_data.max_size = max_size;
    return options;
}

/// Sends all that early data can take of it.
std::size_t write_early(engine& client, std::string_view data) {
    std::size_t total = 0;
    while (total != data.size()) {
        auto const n = or_throw(client.write_early(data.substr(total)));
        if (n == 0) {
            break;
        }
        total += n;
    }
    return total;
}
/// What a server reads, until it waits for more or the handshake is complete.
struct early_reading {
    std::string data;
    result<std::size_t> last = 0;
};
early_reading read_early(engine& server, std::size_t step = 4096) {
    early_reading all;
    std::string buffer(step, '\0');
    for (;;) {
        all.last = server.read_early(buffer);
        if (!all.last || *all.last == 0) {
            return all;
        }
        all.data.append(buffer, 0, *all.last);
    }
}
/// Both to the end of the handshake, the server by read_early; what it read.
std::string finish(engine& client, engine& server, std::size_t step = 4096) {
    std::string all;
    for (int i = 0; i != 20; ++i) {
        test::carry_all(client, server);
        auto const read = read_early(server, step);
        all += read.data;
        test::carry_all(client, server);
        auto const c = client.handshake();
        INFO("client: " << (c ? "ok" : c.error().message().c_str()));
        INFO("server: " << (read.last ? "ok" : read.last.error().message().c_str()));
        REQUIRE((c || test::wants_more(c)));
        REQUIRE((read.last || read.last.error() == errc::want_read));
        if (c && read.last) {
            return all;
        }
    }
    FAIL("no end");
    return all;
}
} // namespace

TEST_CASE("early data arrives with the first message", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(m.client.early_data_status() == early_data_status::none);
    CHECK(write_early(m.client, "in one go") == 9);
    CHECK_FALSE(m.client.is_handshake_complete());
    test::carry(m.client, m.server);
    auto const got = read_early(m.server);
    CHECK(got.data == "in one go"); // before the server has said anything
    REQUIRE_FALSE(got.last);
    CHECK(got.last.error() == errc::want_read);
    CHECK_FALSE(m.server.is_handshake_complete());

    CHECK(finish(m.client, m.server).empty());
    CHECK(m.client.early_data_status() == early_data_status::accepted);
    CHECK(m.client.session_reused());
    CHECK(m.server.session_reused());
    CHECK(or_throw(m.client.write_early("late")) == 0);
    or_throw(m.client.write_all("ordinary"));
    test::carry_all(m.client, m.server);
    CHECK(test::read_all(m.server) == "ordinary"); // and early data does not mix with it
    or_throw(m.server.write_all("answer"));
    test::carry_all(m.client, m.server);
    CHECK(test::read_all(m.client) == "answer");
}

TEST_CASE("early data in many pieces, over a transport that takes a byte at a time", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server(40'000));
    std::string sent(40'000, '\0');
    for (std::size_t i = 0; i != sent.size(); ++i) {
        sent[i] = static_cast<char>(i * 7 + (i >> 8) * 13);
    }
    // a pipe that is full after some bytes, and is emptied when the client waits
    std::string wire;
    std::string back;
    std::size_t room = 0;
    unsigned reads = 0;
    auto link = callbacks{[&](std::span<const std::byte> out) -> io_result {
                              auto const n = std::min(out.size(), room);
                              if (n == 0) {
                                  return std::unexpected(would_block);
                              }
                              wire.append(reinterpret_cast<const char*>(out.data()), n);
                              room -= n;
                              return n;
                          },
                          [&](std::span<std::byte> in) -> io_result {
                              ++reads;
                              auto const n = std::min(in.size(), back.size());
                              if (n == 0) {
                                  return std::unexpected(would_block);
                              }
                              std::memcpy(in.data(), back.data(), n);
                              back.erase(0, n);
                              return n;
                          }};
    std::size_t const step = GENERATE(1U, 333U, 5000U, 1000000U);
    auto c = or_throw(client.wrap(std::move(link), "localhost"));
    auto s = or_throw(server.wrap(memory_transport{}));
    or_throw(c.resume(test::make_session(client, server)));
    std::size_t taken = 0;
    for (unsigned turns = 0; taken != sent.size(); ++turns) {
        REQUIRE(turns < 200'000);
        auto const n = c.write_early(std::string_view(sent).substr(taken));
        if (n) {
            REQUIRE(*n != 0);
            taken += *n;
            continue;
        }
        REQUIRE(n.error() == errc::want_write);
        REQUIRE(c.wants() == want::write);
        room += step;
    }
    CHECK(reads == 0); // a transport that blocks would wait here for a server that waits for more early data
    room = SIZE_MAX;
    CHECK(or_throw(c.write_early("x")) == 0); // records that had to wait count, too
    std::string got;
    for (int i = 0; i != 50 && !(c.is_handshake_complete() && s.is_handshake_complete()); ++i) {
        (void)c.handshake();
        s.transport().feed(std::as_bytes(std::span{wire}));
        wire.clear();
        got += read_early(s).data;
        auto const out = s.transport().outgoing();
        back.append(reinterpret_cast<const char*>(out.data()), out.size());
        s.transport().consume(out.size());
    }
    REQUIRE(c.is_handshake_complete());
    REQUIRE(s.is_handshake_complete());
    CHECK(c.early_data_status() == early_data_status::accepted);
    CHECK(got.size() == sent.size());
    CHECK((got == sent)); // not shown: it is no text
}

TEST_CASE("early data is read with a buffer of any size", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(write_early(m.client, "some bytes") == 10);
    CHECK(write_early(m.client, ", and more") == 10);
    CHECK(finish(m.client, m.server, 3) == "some bytes, and more");
}

TEST_CASE("the session's limit is kept", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server(10));
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(write_early(m.client, "0123456789ABCDEF") == 10);
    CHECK(or_throw(m.client.write_early("ABCDEF")) == 0);
    CHECK(finish(m.client, m.server) == "0123456789");
    CHECK(m.client.early_data_status() == early_data_status::accepted);
}

TEST_CASE("a server that reads no early data refuses it, and goes on", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(write_early(m.client, "not wanted") == 10);
    REQUIRE(m.shake().ok());
    CHECK(m.client.early_data_status() == early_data_status::rejected);
    CHECK(m.client.session_reused());
    CHECK(test::read_all(m.server).empty());
    or_throw(m.client.write_all("not wanted")); // the client says it again
    test::carry_all(m.client, m.server);
    CHECK(test::read_all(m.server) == "not wanted");

    // and the next ticket permits it all the same
    test::read_all(m.client);
    test::meeting again(client, server);
    or_throw(again.client.resume(or_throw(m.client.session())));
    CHECK(write_early(again.client, "now") == 3);
    CHECK(finish(again.client, again.server) == "now");
}

TEST_CASE("early data that waits is not passed over", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    std::byte buffer[16];
    CHECK(m.server.read_early(buffer).error() == errc::want_read); // before anything came
    CHECK(write_early(m.client, "early") == 5);
    test::carry(m.client, m.server);
    auto const passed = m.server.handshake();
    CHECK(passed.error() == errc::misuse);
    CHECK(passed.error().why() == reason::early_data_waits);
    CHECK(m.server.read_some(buffer).error().why() == reason::early_data_waits);
    CHECK(finish(m.client, m.server) == "early");
}

TEST_CASE("a copy of a client's first message is not taken again", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto options = early_server();
    std::set<std::string> seen;
    unsigned asked = 0;
    int const how = GENERATE(0, 1, 2, 3);
    if (how == 1) {
        options.early_data.first_use = [&](bytes id) {
            ++asked;
            CHECK(id.size() == 32);
            return seen.insert(std::string(id.text())).second;
        };
    } else if (how == 2) {
        options.early_data.insecure_replayable = true;
    } else if (how == 3) {
        options.early_data.first_use = [&](bytes) -> bool { throw std::runtime_error("no database"); };
    }
    auto const server = test::make_server(options);
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(write_early(m.client, "pay 100") == 7);
    auto const out = m.client.transport().outgoing();
    std::string const copy(reinterpret_cast<const char*>(out.data()), out.size());
    if (how == 3) {
        test::carry(m.client, m.server);
        auto const read = read_early(m.server);
        CHECK(read.data.empty());
        CHECK(read.last.error() == errc::callback);
        return;
    }
    CHECK(finish(m.client, m.server) == "pay 100");

    for (int i = 0; i != 3; ++i) {
        auto thief = or_throw(server.wrap(memory_transport{}));
        thief.transport().feed(std::as_bytes(std::span{copy}));
        auto const read = read_early(thief);
        CHECK(read.data == (how == 2 ? "pay 100" : ""));
        CHECK(read.last.error() == errc::want_read);
        CHECK_FALSE(thief.is_handshake_complete());
    }
    CHECK(asked == (how == 1 ? 4 : 0));
}

TEST_CASE("a ticket is good for early data once, and for sessions as often as before", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    auto const key = std::string(32, 'k');
    auto whole = test::make_session(client, server);
    std::string sealed(whole.sealed_size(), '\0');
    or_throw(whole.seal(key, sealed));
    for (bool const first : {true, false}) {
        test::meeting m(client, server);
        or_throw(m.client.resume(or_throw(session::unseal(key, sealed))));
        CHECK(write_early(m.client, "once") == 4);
        CHECK(finish(m.client, m.server) == (first ? "once" : ""));
        CHECK(m.client.session_reused());
        CHECK(m.client.early_data_status() == (first ? early_data_status::accepted : early_data_status::rejected));
    }
}

TEST_CASE("early data goes with a session that permits it only", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server());
    auto without = early_server(0);
    auto const reserved = test::make_server(without);
    SECTION("without a session") {
        test::meeting m(client, server);
        CHECK(or_throw(m.client.write_early("x")) == 0);
        CHECK(finish(m.client, m.server).empty());
        CHECK(m.client.early_data_status() == early_data_status::none);
    }
    SECTION("the server does not permit it") {
        test::meeting m(client, reserved);
        or_throw(m.client.resume(test::make_session(client, reserved)));
        CHECK(or_throw(m.client.write_early("x")) == 0);
        CHECK(finish(m.client, m.server).empty());
        CHECK(m.client.session_reused());
        CHECK(m.client.early_data_status() == early_data_status::none);
    }
    SECTION("another server does not know the ticket") {
        test::meeting m(client, test::make_server(early_server()));
        or_throw(m.client.resume(test::make_session(client, server)));
        CHECK(write_early(m.client, "x") == 1);
        CHECK(finish(m.client, m.server).empty());
        CHECK_FALSE(m.client.session_reused());
        CHECK(m.client.early_data_status() == early_data_status::rejected);
    }
    SECTION("another server has the keys, and takes no early data") {
        auto const keys = or_throw(ticket_keys::create(std::string(32, 's')));
        auto permits = early_server();
        permits.tickets.keys = keys;
        permits.early_data.insecure_replayable = true;
        auto refuses = early_server(0);
        refuses.tickets.keys = keys;
        test::meeting m(client, test::make_server(refuses));
        or_throw(m.client.resume(test::make_session(client, test::make_server(permits))));
        CHECK(write_early(m.client, "x") == 1);
        CHECK(finish(m.client, m.server).empty());
        CHECK(m.client.session_reused());
        CHECK(m.client.early_data_status() == early_data_status::rejected);
    }
    SECTION("after the handshake it is too late") {
        test::meeting m(client, server);
        or_throw(m.client.resume(test::make_session(client, server)));
        REQUIRE(m.shake().ok());
        CHECK(or_throw(m.client.write_early("x")) == 0);
    }
    SECTION("only with the option, and only clients") {
        auto plain = early_client();
        plain.early_data = early_data::off;
        test::meeting m(test::make_client(plain), server);
        CHECK(m.client.write_early("x").error().why() == reason::early_data_off);
        CHECK(m.server.write_early("x").error().why() == reason::early_data_off);
        std::byte buffer[1];
        CHECK(m.client.read_early(buffer).error().why() == reason::early_data_off);
        CHECK(m.server.read_early(writable_bytes()).error().why() == reason::empty_buffer);
        REQUIRE(m.shake().ok());
        CHECK(m.server.early_data_status() == early_data_status::none);
    }
}

TEST_CASE("a HelloRetryRequest ends early data", "[early_data]") {
    auto c = early_client();
    c.groups = {named_group::x25519, named_group::secp384r1};
    auto s = early_server();
    auto const keys = or_throw(ticket_keys::create(std::string(32, 's')));
    s.tickets.keys = keys;
    s.early_data.insecure_replayable = true;
    auto const client = test::make_client(c);
    auto const session_from = test::make_server(s);
    s.groups = {named_group::secp384r1};
    test::meeting m(client, test::make_server(s));
    or_throw(m.client.resume(test::make_session(client, session_from)));
    CHECK(write_early(m.client, "wrong group") == 11);
    CHECK(finish(m.client, m.server).empty());
    CHECK(m.client.hello_retried());
    CHECK(m.client.early_data_status() == early_data_status::rejected);
    or_throw(m.client.write_all("again"));
    test::carry_all(m.client, m.server);
    CHECK(test::read_all(m.server) == "again");
}

TEST_CASE("early data is for the protocol of its session", "[early_data]") {
    auto const keys = or_throw(ticket_keys::create(std::string(32, 's')));
    auto c = early_client();
    c.alpn = {"a", "b"};
    auto s = early_server();
    s.tickets.keys = keys;
    s.early_data.insecure_replayable = true;
    s.alpn = {"a"};
    auto const client = test::make_client(c);
    auto const of_a = test::make_server(s);
    s.alpn = {"b"};
    auto const of_b = test::make_server(s);
    for (auto const* server : {&of_a, &of_b}) {
        test::meeting m(client, *server);
        or_throw(m.client.resume(test::make_session(client, of_a)));
        CHECK(write_early(m.client, "for a") == 5);
        bool const same = server == &of_a;
        CHECK(finish(m.client, m.server) == (same ? "for a" : ""));
        CHECK(m.client.early_data_status() == (same ? early_data_status::accepted : early_data_status::rejected));
    }
}

TEST_CASE("a server that takes early data under another protocol is refused", "[early_data]") {
    // the client is made to believe that its session was for "b"
    auto c = early_client();
    c.alpn = {"a", "b"};
    auto s = early_server();
    s.alpn = {"a"};
    auto const client = test::make_client(c);
    auto const server = test::make_server(s);
    test::meeting m(client, server);
    auto session = test::make_session(client, server);
    auto const alpn = detail::read_record(detail::view_of(session.record()))->alpn;
    REQUIRE(alpn.text() == "a");
    *const_cast<unsigned char*>(alpn.uchars()) = 'b';
    or_throw(m.client.resume(std::move(session)));
    CHECK(write_early(m.client, "for b") == 5);
    test::carry_all(m.client, m.server);
    CHECK(read_early(m.server).data == "for b");
    test::carry_all(m.client, m.server);
    auto const done = m.client.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::protocol_violation);
    CHECK(done.error().why() == reason::early_data_alpn);
}

TEST_CASE("early data is never for TLS 1.2", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto s = early_server(0);
    s.maximum_version = version::tls1_2;
    auto const old = test::make_server(s);
    test::meeting m(client, old);
    or_throw(m.client.resume(test::make_session(client, test::make_server(early_server()))));
    CHECK(write_early(m.client, "for 1.3") == 7);
    auto const done = m.shake(); // the client offers TLS 1.3 only, with a session of it
    CHECK(done.client.error() == errc::alert_received);
    CHECK(done.server.error() == errc::handshake_failed);
    CHECK(test::meeting(client, old).ok());
}

TEST_CASE("a server knows the client of early data by its certificate", "[early_data]") {
    auto const& w = test::the_world();
    auto const own = or_throw(w.ca.issue({.common_name = "a client"}));
    auto c = early_client();
    c.identity = own;
    auto s = early_server();
    s.client_auth = client_auth::required;
    s.trust = w.trust;
    auto const client = test::make_client(c);
    auto const server = test::make_server(s);
    test::meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    CHECK(write_early(m.client, "as a client") == 11);
    CHECK(finish(m.client, m.server) == "as a client");
    CHECK(m.server.peer_status() == peer_status::resumed_verified);
}

TEST_CASE("sessions of a cache carry early data", "[early_data]") {
    auto c = early_client();
    c.session_cache = or_throw(session_cache::create());
    auto const client = test::make_client(c);
    auto const server = test::make_server(early_server());
    test::meeting first(client, server);
    REQUIRE(first.ok());
    test::meeting m(client, server);
    CHECK(write_early(m.client, "cached") == 6);
    CHECK(finish(m.client, m.server) == "cached");
}

TEST_CASE("what cannot be meant is refused", "[early_data]") {
    auto const why = [](const server_options& s) { return server_context::create(s).error().why(); };
    auto s = early_server();
    s.tickets.count = std::uint8_t{0};
    CHECK(why(s) == reason::early_data_without_tickets);
    s = early_server();
    s.tickets.keys = or_throw(ticket_keys::create(std::string(32, 's')));
    CHECK(why(s) == reason::early_data_without_guard);
    s.early_data.first_use = [](bytes) { return true; };
    CHECK(server_context::create(s));
    s.early_data.insecure_replayable = true;
    CHECK(server_context::create(s).error() == errc::invalid_argument);
    s.early_data.first_use = {};
    CHECK(server_context::create(s));
    s.early_data.max_size = 0;
    CHECK(server_context::create(s).error() == errc::invalid_argument);
    s = early_server();
    s.maximum_version = version::tls1_2;
    CHECK(why(s) == reason::early_data_needs_tls1_3);
    auto c = early_client();
    c.maximum_version = version::tls1_2;
    CHECK(client_context::create(c).error().why() == reason::early_data_needs_tls1_3);
}

TEST_CASE("refused early data is skipped up to the limit and beyond it", "[early_data]") {
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server(1000));
    bool const known = GENERATE(true, false); // the ticket
    test::meeting m(client, known ? server : test::make_server(early_server(0)));
    or_throw(m.client.resume(test::make_session(client, server)));
    for (int i = 0; i != 1000; ++i) { // in the shortest records
        REQUIRE(or_throw(m.client.write_early("x")) == 1);
    }
    CHECK(or_throw(m.client.write_early("x")) == 0);
    REQUIRE(m.shake().ok());
    CHECK(m.client.session_reused() == known);
    CHECK(m.client.early_data_status() == early_data_status::rejected);
    or_throw(m.client.write_all("ordinary"));
    test::carry_all(m.client, m.server);
    CHECK(test::read_all(m.server) == "ordinary");
}

TEST_CASE("more early data than the ticket permits ends the connection", "[early_data]") {
    // the client is made to believe that its session permits more: a byte of what it keeps is changed
    auto const client = test::make_client(early_client());
    auto const server = test::make_server(early_server(10));
    test::meeting m(client, server);
    auto session = test::make_session(client, server);
    auto const native = detail::read_record(detail::view_of(session.record()))->native;
    auto const facts = detail::read_session(native);
    REQUIRE(facts->max_early_data == 10);
    auto* const raw = const_cast<unsigned char*>(native.uchars());
    auto const key_size = std::size_t{raw[facts->flags_at + 1]};
    raw[facts->flags_at + 2 + key_size + 3] = 20;
    or_throw(m.client.resume(std::move(session)));
    CHECK(write_early(m.client, "0123456789") == 10);
    CHECK(write_early(m.client, "A") == 1);
    test::carry(m.client, m.server);
    auto const read = read_early(m.server);
    CHECK(read.data == "0123456789");
    REQUIRE_FALSE(read.last);
    CHECK(read.last.error() == errc::protocol_violation);
    CHECK(read.last.error().why() == reason::early_data_too_much);
}
#endif
