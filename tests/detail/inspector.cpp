// SPDX-License-Identifier: BSL-1.0
#include "support/contexts.hpp"
#include "support/hello.hpp"

#include <catch2/generators/catch_generators_range.hpp>

#include <array>

using namespace tlspp;
using detail::hello_flaw;
using detail::inspector;

namespace {
/// The first record that `from` sends, as a hello message; everything else stays there.
test::hello take_hello(engine& from) {
    auto const flow = test::records(test::as_text(from.transport().outgoing()));
    REQUIRE_FALSE(flow.empty());
    from.transport().consume(flow[0].size());
    return test::hello::parse(flow[0]);
}

/// What the server says of the client's hello after `edit`.
template <class Edit>
error server_says(version highest, Edit&& edit) {
    test::pair p({.maximum_version = highest}, {.maximum_version = highest});
    CHECK(p.client.handshake().error() == errc::want_read);
    auto hello = take_hello(p.client);
    edit(hello);
    p.server.transport().feed(test::as_data(hello.record()));
    auto const done = p.server.handshake();
    REQUIRE_FALSE(done);
    if (done.error() != errc::want_read) {
        test::carry_all(p.client, p.server); // the alert arrives
        auto const told = p.client.handshake();
        REQUIRE_FALSE(told);
        return told.error() == errc::alert_received ? done.error().with(told.error().alert().value()) : done.error();
    }
    return done.error();
}

/// What the client says of the server's hello after `edit`.
template <class Edit>
error client_says(version highest, Edit&& edit) {
    test::pair p({.maximum_version = highest, .alpn = {"x"}}, {.maximum_version = highest});
    CHECK(p.client.handshake().error() == errc::want_read);
    test::carry(p.client, p.server);
    CHECK(p.server.handshake().error() == errc::want_read);
    auto hello = take_hello(p.server);
    edit(hello);
    p.client.transport().feed(test::as_data(hello.record()));
    auto const done = p.client.handshake();
    REQUIRE_FALSE(done);
    auto const sent = test::records(test::as_text(p.client.transport().outgoing()));
    if (done.error() != errc::want_read && !sent.empty() && sent.back()[0] == 21 && sent.back().size() == 7) {
        return done.error().with(static_cast<alert>(sent.back()[6]));
    }
    return done.error();
}

void check_refused(const error& e, reason why, alert told) {
    INFO(e.message().view());
    CHECK(e.why() == why);
    REQUIRE(e.alert().has_value());
    CHECK(name(*e.alert()) == name(told));
}

/// Everything that two engines sent each other, in one flow for each side.
struct flows {
    std::string client;
    std::string server;
};
flows record_handshake(test::pair& p) {
    flows f;
    auto client = p.client.handshake();
    auto server = p.server.handshake();
    for (bool moved = true; moved;) {
        auto const out = test::as_text(p.client.transport().outgoing());
        auto const back = test::as_text(p.server.transport().outgoing());
        moved = !out.empty() || !back.empty();
        f.client += out;
        f.server += back;
        test::carry(p.client, p.server);
        test::carry(p.server, p.client);
        client = p.client.handshake();
        server = p.server.handshake();
    }
    REQUIRE(client);
    REQUIRE(server);
    return f;
}
} // namespace

TEST_CASE("the inspector tells the group, the signature and the binding of the master secret") {
    auto const v = GENERATE(from_range(test::versions));
    auto const step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{SIZE_MAX});
    test::pair p({.minimum_version = v, .maximum_version = v});
    for (auto* const side : {&p.client, &p.server}) {
        CHECK_FALSE(side->group());
        CHECK_FALSE(side->extended_master_secret());
    }
    REQUIRE(p.shake(step).ok());
    for (auto* const side : {&p.client, &p.server}) {
        CHECK(side->group() == named_group::x25519);
        CHECK(side->extended_master_secret());
        CHECK_FALSE(side->session_reused());
        CHECK_FALSE(side->hello_retried());
        if (v == version::tls1_2) {
            CHECK(side->signature_scheme() == signature_scheme::ecdsa_secp256r1_sha256);
        } else {
            CHECK_FALSE(side->signature_scheme());
        }
    }
}

TEST_CASE("a recorded handshake says the same in whatever pieces it comes, and many messages in one record") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    auto const f = record_handshake(p);
    auto const check = [&](const inspector& i) {
        CHECK(i.facts().group == 0x001D);
        CHECK(i.facts().version == static_cast<std::uint16_t>(v));
        CHECK(i.facts().scheme == (v == version::tls1_2 ? 0x0403 : 0));
        CHECK(i.flaw() == hello_flaw::none);
        CHECK_FALSE(i.facts().resumed());
    };
    for (std::size_t step = 1; step <= f.server.size(); ++step) {
        detail::record_watch w(role::client);
        REQUIRE(w.sending(reinterpret_cast<const std::byte*>(f.client.data()), test::records(f.client)[0].size()));
        for (std::size_t at = 0; at < f.server.size(); at += step) {
            auto const part = std::string_view(f.server).substr(at, step);
            REQUIRE(w.received(test::as_data(part).data(), part.size()));
        }
        INFO(step);
        check(w.inside());
    }
    // the messages in the clear, glued together, then cut into records of other sizes
    std::string clear;
    for (auto const& r : test::records(f.server)) {
        if (r[0] != 22) {
            break;
        }
        clear += r.substr(5);
    }
    for (std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{100}, clear.size()}) {
        detail::record_watch w(role::client);
        REQUIRE(w.sending(reinterpret_cast<const std::byte*>(f.client.data()), test::records(f.client)[0].size()));
        for (std::size_t at = 0; at < clear.size(); at += size) {
            auto const part = test::record(22, std::string_view(clear).substr(at, size));
            REQUIRE(w.received(test::as_data(part).data(), part.size()));
        }
        INFO(size);
        check(w.inside());
    }
}

TEST_CASE("garbage in handshake records neither harms nor stops the inspector") {
    for (unsigned seed = 0; seed != 2000; ++seed) {
        std::string body;
        unsigned state = seed * 2654435761U + 1;
        for (unsigned i = 0; i != 200 + seed % 300; ++i) {
            state = state * 1664525U + 1013904223U;
            body += static_cast<char>(state >> 24);
        }
        if (seed % 2 == 0) {
            body[0] = static_cast<char>(seed % 4 == 0 ? 1 : 2);
            body[1] = body[2] = 0;
        }
        for (auto const own : {role::client, role::server}) {
            inspector i(own);
            for (auto const sender : {role::client, role::server}) {
                REQUIRE(i.begin_record(sender, record_type::handshake, 9));
                i.body(sender, test::as_data(body).data(), body.size());
            }
        }
    }
}

TEST_CASE("a hello with an extension twice is refused") {
    auto const v = GENERATE(from_range(test::versions));
    auto const twice = [](test::hello& h) { h.with(0xFFFF, "").with(0xFFFF, ""); };
    check_refused(server_says(v, twice), reason::duplicate_extension, alert::decode_error);
    check_refused(client_says(v, twice), reason::duplicate_extension, alert::decode_error);
    auto const known = [](test::hello& h) { h.extensions.push_back(h.extensions[0]); };
    check_refused(server_says(v, known), reason::duplicate_extension, alert::decode_error);
    check_refused(client_says(v, known), reason::duplicate_extension, alert::decode_error);
    // one that nobody knows is fine for a server
    auto const once = server_says(v, [](test::hello& h) { h.extensions.insert(h.extensions.begin(), {0xFFFE, "x"}); });
    CHECK(once == errc::want_read);
}

TEST_CASE("an answer to an extension that was not asked for is refused") {
    auto const v = GENERATE(from_range(test::versions));
    for (int const id : {0xFFFF, 5, 44}) { // unknown; status_request; a cookie, which only a HelloRetryRequest has
        check_refused(client_says(v, [&](test::hello& h) { h.with(id, ""); }), reason::unsolicited_extension,
                      alert::unsupported_extension);
    }
}

TEST_CASE("only compressed points is refused") {
    std::string const compressed{'\x02', '\x01', '\x02'};
    std::string const both{'\x02', '\x01', '\0'};
    check_refused(server_says(version::tls1_2, [&](test::hello& h) { h.without(11).with(11, compressed); }),
                  reason::compressed_point, alert::illegal_parameter);
    CHECK(server_says(version::tls1_2, [&](test::hello& h) { h.without(11).with(11, both); }) == errc::want_read);
    check_refused(client_says(version::tls1_2, [&](test::hello& h) { h.without(11).with(11, compressed); }),
                  reason::compressed_point, alert::illegal_parameter);
    CHECK(client_says(version::tls1_2, [&](test::hello& h) { h.without(11).with(11, both); }) == errc::want_read);
}

TEST_CASE("a ClientHello must offer no compression") {
    check_refused(server_says(version::tls1_2, [](test::hello& h) { h.compressions = "\x01\x02"; }),
                  reason::no_null_compression, alert::illegal_parameter);
    std::string const with_null{'\x01', '\0', '\x02'};
    CHECK(server_says(version::tls1_2, [&](test::hello& h) { h.compressions = with_null; }) == errc::want_read);
    CHECK(server_says(version::tls1_3, [&](test::hello& h) { h.compressions = with_null; }) ==
          errc::protocol_violation);
}

// A server of TLS 1.2 does not look at key_share: one that cannot be read hides nothing else.
TEST_CASE("a key_share that cannot be read leaves what else is wrong with a ClientHello of TLS 1.2") {
    std::string const broken[] = {std::string{'\0', '\5', '\0'}, std::string{'\0', '\4', '\0', '\x17', '\0', '\x40'}};
    for (auto const& share : broken) {
        check_refused(server_says(version::tls1_2,
                                  [&](test::hello& h) {
                                      h.compressions = "\x01\x02";
                                      h.with(51, share);
                                  }),
                      reason::no_null_compression, alert::illegal_parameter);
    }
}

TEST_CASE("key shares are of different groups, and after a HelloRetryRequest of the one that it names") {
    check_refused(server_says(version::tls1_3,
                              [](test::hello& h) {
                                  auto const shares = h.find(51)->substr(2);
                                  h.without(51).with(51, test::big_endian(2 * shares.size(), 2) + shares + shares);
                              }),
                  reason::key_share_wrong, alert::illegal_parameter);
    CHECK(server_says(version::tls1_3, [](test::hello& h) { // another group's, which nobody knows
              auto const shares = "\x7a\x7a" + std::string{'\0', '\1', 'x'} + h.find(51)->substr(2);
              h.without(51).with(51, test::big_endian(shares.size(), 2) + shares);
          }) == errc::want_read);

    for (bool const wrong : {false, true}) {
        CAPTURE(wrong);
        test::pair p({.groups = {named_group::secp256r1, named_group::secp384r1}},
                     {.groups = {named_group::secp384r1}});
        CHECK(p.client.handshake().error() == errc::want_read);
        test::carry(p.client, p.server);
        CHECK(p.server.handshake().error() == errc::want_read); // it asks for secp384r1
        test::carry(p.server, p.client);
        CHECK(p.client.handshake().error() == errc::want_read);
        auto const out = test::records(test::as_text(p.client.transport().outgoing()));
        auto hello = test::hello::parse(out.back());
        REQUIRE(hello.find(51)->substr(2, 2) == test::big_endian(0x18, 2));
        if (wrong) {
            hello.find(51)->at(3) = '\x17';
        }
        p.server.transport().feed(test::as_data(hello.record()));
        auto const done = p.server.handshake();
        REQUIRE_FALSE(done);
        CHECK(done.error() == (wrong ? errc::protocol_violation : errc::want_read));
        CHECK((done.error().why() == reason::key_share_wrong) == wrong);
    }
}

TEST_CASE("nothing follows the extensions of a hello") {
    for (auto const highest : {version::tls1_2, version::tls1_3}) {
        test::pair p({.maximum_version = highest}, {});
        CHECK(p.client.handshake().error() == errc::want_read);
        auto const body = take_hello(p.client).record().substr(9) + "x";
        p.server.transport().feed(test::as_data(test::record(22, '\1' + test::big_endian(body.size(), 3) + body)));
        auto const done = p.server.handshake();
        REQUIRE_FALSE(done);
        CHECK(done.error().why() == reason::hello_trailing_bytes);
        test::carry_all(p.client, p.server);
        auto const told = p.client.handshake();
        REQUIRE_FALSE(told);
        CHECK(told.error().alert() == alert::decode_error);
    }
}

TEST_CASE("records that are too long, or come in the clear behind the handshake, are refused") {
    auto const after = [](version highest, const std::string& fed) {
        test::pair p({.maximum_version = highest}, {.maximum_version = highest});
        REQUIRE(test::shake_hands(p.client, p.server).ok());
        (void)test::read_all(p.client); // tickets
        p.client.transport().feed(test::as_data(fed));
        char buffer[10];
        auto const got = p.client.read_some(buffer);
        REQUIRE_FALSE(got);
        test::carry_all(p.client, p.server);
        auto const told = p.server.read_some(buffer);
        REQUIRE_FALSE(told);
        CHECK((told.error() == errc::alert_received) == (got.error() != errc::want_read));
        auto const said = told.error().alert(); // in TLS 1.3 not every Mbed TLS tells
        return said ? got.error().with(*said) : got.error();
    };
    auto const header = [](int type, std::size_t size) {
        return std::string{static_cast<char>(type), 3, 3} + test::big_endian(size, 2);
    };
    auto const refuses = [](const error& e, reason why, alert told) {
        INFO(e.message().view());
        CHECK(e == errc::protocol_violation);
        CHECK(e.why() == why);
        CHECK(name(e.alert().value_or(told)) == name(told));
    };
    refuses(after(version::tls1_3, header(23, 16402)), reason::record_too_long, alert::record_overflow);
    CHECK(after(version::tls1_3, header(23, 16401)) == errc::want_read);
    refuses(after(version::tls1_2, header(23, 18433)), reason::record_too_long, alert::record_overflow);
    refuses(after(version::tls1_3, test::record(20, "\1")), reason::record_too_late, alert::unexpected_message);
    refuses(after(version::tls1_3, test::record(22, "hello")), reason::record_too_late, alert::unexpected_message);

    test::pair p({}, {});
    p.server.transport().feed(test::as_data(header(22, 16385)));
    auto const early = p.server.handshake();
    REQUIRE_FALSE(early);
    CHECK(early.error().why() == reason::record_too_long);
}

TEST_CASE("a server that takes up a session that was not offered is refused") {
    // the id that a client of TLS 1.3 sends for old middleboxes, echoed by a server of TLS 1.2
    test::pair p({}, {.maximum_version = version::tls1_2});
    CHECK(p.client.handshake().error() == errc::want_read);
    auto const asked = test::hello::parse(test::as_text(p.client.transport().outgoing()));
    REQUIRE(asked.session_id.size() == 32);
    test::carry(p.client, p.server);
    CHECK(p.server.handshake().error() == errc::want_read);
    auto answer = take_hello(p.server);
    answer.session_id = asked.session_id;
    p.client.transport().feed(test::as_data(answer.record()));
    auto const done = p.client.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error().why() == reason::session_id_echo);
}

TEST_CASE("Mbed TLS sees the downgrade marker by itself") {
    auto const says = [](const char* marker) {
        test::pair p({}, {.maximum_version = version::tls1_2});
        CHECK(p.client.handshake().error() == errc::want_read);
        test::carry(p.client, p.server);
        CHECK(p.server.handshake().error() == errc::want_read);
        auto answer = take_hello(p.server);
        answer.random.replace(24, 8, std::string(marker, 8));
        p.client.transport().feed(test::as_data(answer.record()));
        return p.client.handshake().error();
    };
    CHECK(says("DOWNGRD\x01") == errc::protocol_violation);
    CHECK(says("DOWNGRD\0") == errc::protocol_violation);
    CHECK(says("DOWNGRE\x01") == errc::want_read);
}

TEST_CASE("TLS 1.2 is resumed only with extended master secret, whatever side it is") {
    auto const id = std::string(32, 'i');
    for (auto const own : {role::client, role::server}) {
        for (bool const extended : {true, false}) {
            inspector i(own);
            i.session_offered();
            test::hello asked{.session_id = id};
            asked.with(23, "");
            test::hello answer{.type = 2, .session_id = id, .suites = "\xC0\x2B"};
            if (extended) {
                answer.with(23, "");
            }
            for (auto const& [sender, h] : {std::pair(role::client, asked), std::pair(role::server, answer)}) {
                REQUIRE(i.begin_record(sender, record_type::handshake, 9));
                auto const m = h.message();
                i.body(sender, test::as_data(m).data(), m.size());
            }
            CHECK(i.flaw() == (extended ? hello_flaw::none : hello_flaw::resumption_without_extended_master_secret));
            CHECK_FALSE(i.facts().resumed());
            CHECK_FALSE(i.begin_record(role::server, record_type::change_cipher_spec, 9));
            CHECK(i.facts().resumed());
            CHECK_FALSE(i.begin_record(role::server, record_type::handshake, 9)); // encrypted from here on
        }
    }
}

TEST_CASE("points in key exchanges of TLS 1.2 are uncompressed") {
    auto const judge = [](char form, int group) {
        inspector i(role::client);
        test::hello const answer{.type = 2, .suites = "\xC0\x2B"};
        auto message = answer.message();
        std::string const exchange = std::string{3} + test::big_endian(static_cast<std::size_t>(group), 2) +
                                     std::string{'\x21', form} + std::string(32, 'x') +
                                     std::string{4, 3, 0, 2, 'a', 'b'};
        message += '\x0C' + test::big_endian(exchange.size(), 3) + exchange;
        REQUIRE(i.begin_record(role::server, record_type::handshake, 9));
        i.body(role::server, test::as_data(message).data(), message.size());
        CHECK(i.facts().group == group);
        CHECK(i.facts().scheme == 0x0403);
        return i.flaw();
    };
    CHECK(judge(4, 0x0017) == hello_flaw::none);
    CHECK(judge(2, 0x0017) == hello_flaw::compressed_point);
    CHECK(judge(3, 0x0018) == hello_flaw::compressed_point);
    CHECK(judge(2, 0x001D) == hello_flaw::none);
}
