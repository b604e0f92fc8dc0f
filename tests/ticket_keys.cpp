// SPDX-License-Identifier: BSL-1.0
#include <tlspp/ticket_keys.hpp>

#include "support/certificates.hpp"
#include "support/sessions.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <string>

using namespace tlspp;
using test::meeting;
using test::only;
using test::only_server;

namespace {
std::string secret(char what) { return std::string(32, what); }
ticket_keys keys_of(const std::string& current, const std::string& previous = {}) {
    return or_throw(ticket_keys::create(current, previous));
}
server_context with_keys(version v, const ticket_keys& keys, server_options options = {}) {
    options.tickets.keys = keys;
    return test::make_server(only_server(v, std::move(options)));
}

/// The subject of the client, as the server has it.
std::string client_of(const meeting& m) {
    auto const certificate = m.server.peer_certificate();
    return certificate ? std::string(certificate->der().size(), 'x') : "(none)";
}
} // namespace

TEST_CASE("servers with the same keys resume each other's sessions") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const one = with_keys(v, keys_of(secret('a')));
    CHECK(test::resumes(client, with_keys(v, keys_of(secret('a'))), test::make_session(client, one)));
    CHECK(test::resumes(client, with_keys(v, keys_of(secret('b'), secret('a'))), test::make_session(client, one)));
    CHECK_FALSE(test::resumes(client, with_keys(v, keys_of(secret('b'))), test::make_session(client, one)));
    CHECK_FALSE(test::resumes(client, test::make_server(only_server(v, {})), test::make_session(client, one)));
    // another certificate for the same name is no hindrance: they are renewed
    auto const renewed = or_throw(test::the_world().ca.issue({.dns_names = {"localhost"}}));
    CHECK(test::resumes(client, with_keys(v, keys_of(secret('a')), {.identities = {renewed}}),
                        test::make_session(client, one)));
}

TEST_CASE("keys are rotated under a context") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto keys = keys_of(secret('a'));
    auto const server = with_keys(v, keys);
    auto first = test::make_session(client, server);
    auto second = test::make_session(client, server);
    or_throw(keys.rotate(secret('b')));
    CHECK(test::resumes(client, server, std::move(first)));
    or_throw(keys.rotate(secret('c')));
    CHECK_FALSE(test::resumes(client, server, std::move(second)));
    CHECK(test::resumes(client, server, test::make_session(client, server)));
}

TEST_CASE("keys that cannot be meant") {
    CHECK(ticket_keys::create("short").error().why() == reason::ticket_secret_short);
    CHECK(ticket_keys::create(secret('a'), "short").error().why() == reason::ticket_secret_short);
    auto keys = keys_of(secret('a'));
    CHECK(keys.rotate(std::string(31, 'a')).error().why() == reason::ticket_secret_short);
    CHECK(ticket_keys{}.rotate(secret('b')).error() == errc::misuse);
    auto const refused = [](ticket_options tickets) {
        return server_context::create({.identities = {test::the_world().localhost}, .tickets = tickets}).error().code();
    };
    CHECK(refused({.keys = ticket_keys{}}) == errc::invalid_argument);
    CHECK(refused({.lifetime = 0}) == errc::invalid_argument);
    CHECK(refused({.count = 0, .keys = keys}) == errc::invalid_argument);
}

TEST_CASE("how long tickets live") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    test::hand_clock clock{test::now()};
    SECTION("as long as was said") {
        auto const server = test::make_server(only_server(v, {.tickets = {.lifetime = 100}, .clock = clock.source()}));
        auto early = test::make_session(client, server);
        CHECK(early.lifetime_hint() == 100U);
        auto late = test::make_session(client, server);
        clock.now += 99;
        CHECK(test::resumes(client, server, std::move(early)));
        clock.now += 1;
        CHECK_FALSE(test::resumes(client, server, std::move(late)));
    }
    SECTION("at most seven days") {
        auto const server = test::make_server(only_server(v, {.tickets = {.lifetime = 100 * 86400}}));
        CHECK(test::make_session(client, server).lifetime_hint() == 7U * 86400);
    }
    SECTION("in total, too, however often they are renewed") {
        auto const server = test::make_server(
            only_server(version::tls1_3, {.tickets = {.lifetime = 5 * 86400}, .clock = clock.source()}));
        auto const modern = test::make_client(only(version::tls1_3));
        auto given = test::make_session(modern, server);
        clock.now += 4 * 86400;
        meeting m(modern, server);
        or_throw(m.client.resume(std::move(given)));
        REQUIRE(m.ok());
        REQUIRE(m.resumed());
        auto renewed = or_throw(m.client.session());
        CHECK(renewed.lifetime_hint() == 3U * 86400);
        clock.now += 3 * 86400;
        CHECK_FALSE(test::resumes(modern, server, std::move(renewed)));
    }
    SECTION("the context's own keys are replaced by themselves") {
        auto const server = test::make_server(only_server(v, {.tickets = {.lifetime = 100}, .clock = clock.source()}));
        auto const name_of = [](const session& s) { // the first bytes of a ticket tell the key
            auto const record = detail::read_record(detail::view_of(s.record()));
            return std::string(detail::read_session(record->native)->ticket.first(16).text());
        };
        auto const first = name_of(test::make_session(client, server));
        clock.now += 60;
        auto under_first = test::make_session(client, server);
        CHECK(name_of(under_first) == first);
        clock.now += 40;
        CHECK(name_of(test::make_session(client, server)) != first);
        CHECK(test::resumes(client, server, std::move(under_first))); // the last key is kept
        clock.now += 100;
        CHECK(name_of(test::make_session(client, server)) != first);
    }
}

TEST_CASE("a ticket that was tampered with is no ticket") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const server = test::make_server(only_server(v, {}));
    auto const size = [&] {
        auto const s = test::make_session(client, server);
        return detail::read_session(detail::read_record(detail::view_of(s.record()))->native)->ticket.size();
    }();
    for (std::size_t at : {std::size_t{0}, std::size_t{15}, std::size_t{16}, std::size_t{27}, std::size_t{28}, size / 2,
                           size - 17, size - 1}) {
        auto s = test::make_session(client, server);
        auto const native = detail::read_record(detail::view_of(s.record()))->native;
        auto const ticket = detail::read_session(native)->ticket;
        const_cast<unsigned char*>(ticket.uchars())[at] ^= 1U;
        CAPTURE(at, size);
        CHECK_FALSE(test::resumes(client, server, std::move(s)));
    }
}

TEST_CASE("who the client is survives a resumption") {
    auto const v = GENERATE(from_range(test::versions));
    auto const auth = GENERATE(client_auth::optional, client_auth::required);
    CAPTURE(name(v));
    auto const& c = test::shared_certificates();
    test::hand_clock clock{test::now()};
    auto const options = [&](const ticket_keys& keys, client_auth how) {
        return only_server(v,
                           {.client_auth = how, .trust = c.trust, .tickets = {.keys = keys}, .clock = clock.source()});
    };
    auto const keys = keys_of(secret('a'));
    auto const server = test::make_server(options(keys, auth));
    auto const client = test::make_client(only(v, {.identity = c.client.identity}));
    auto given = test::make_session(client, server);
    SECTION("with his certificate, again and again") {
        for (int i = 0; i != 3; ++i) {
            meeting m(client, server);
            or_throw(m.client.resume(std::move(given)));
            REQUIRE(m.ok());
            REQUIRE(m.resumed());
            CHECK(m.server.peer_status() == peer_status::resumed_verified);
            CHECK(or_throw(m.server.peer_certificate()) ==
                  or_throw(certificate::from_pem(c.client.pem.certificate_pem)));
            CHECK(client_of(m) != "(none)");
            given = or_throw(m.client.session());
        }
    }
    SECTION("not where the server trusts another CA since, or asks differently") {
        auto other = options(keys, auth);
        other.trust = c.other_trust;
        CHECK_FALSE(test::resumes(test::make_client(only(v, {.identity = c.client.identity})),
                                  test::make_server(options(keys_of(secret('z')), auth)), std::move(given)));
        auto again = test::make_session(client, server);
        meeting m(client, test::make_server(other));
        or_throw(m.client.resume(std::move(again)));
        CHECK_FALSE(m.shake().ok()); // judged anew, and refused
        CHECK_FALSE(m.server.session_reused());
        auto const third = auth == client_auth::required ? client_auth::optional : client_auth::required;
        CHECK_FALSE(test::resumes(client, test::make_server(options(keys, third)), test::make_session(client, server)));
    }
    SECTION("a session of a server that asks nobody proves nothing") {
        auto const open = test::make_server(only_server(v, {.tickets = {.keys = keys}}));
        auto const nobody = test::make_client(only(v));
        meeting m(nobody, server);
        or_throw(m.client.resume(test::make_session(nobody, open)));
        auto const done = m.shake();
        CHECK_FALSE(m.server.session_reused());
        CHECK(done.server.has_value() == (auth == client_auth::optional));
    }
    SECTION("one who showed no certificate stays one") {
        if (auth == client_auth::optional) {
            auto const nobody = test::make_client(only(v));
            meeting m(nobody, server);
            or_throw(m.client.resume(test::make_session(nobody, server)));
            REQUIRE(m.ok());
            CHECK(m.resumed());
            CHECK(m.server.peer_status() == peer_status::none);
            CHECK(m.server.peer_certificate().error() == errc::no_certificate);
        }
    }
    SECTION("not longer than the certificate is valid") {
        auto const brief = test::issued(c.ca, {.common_name = "Brief",
                                               .not_before = clock.now - 100,
                                               .not_after = clock.now + 100,
                                               .extended_key_usage = {{dev::purpose::client_auth}}});
        auto const guest = test::make_client(only(v, {.identity = brief.identity}));
        auto soon = test::make_session(guest, server);
        auto const hint = soon.lifetime_hint();
        REQUIRE(hint);
        CHECK(*hint <= 100);
        clock.now += 101;
        meeting m(guest, server);
        or_throw(m.client.resume(std::move(soon)));
        CHECK(m.shake().server.error() == errc::certificate_rejected);
    }
}

TEST_CASE("what on_verify forgave stays forgiven, and known") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& c = test::shared_certificates();
    auto const client = test::make_client(only(v, {.identity = c.other_client.identity}));
    auto const server = test::make_server(
        only_server(v, {.client_auth = client_auth::required, .trust = c.trust, .on_verify = [](verification& one) {
                            one.insecure_accept(verify_flag::not_trusted);
                        }}));
    meeting m(client, server);
    or_throw(m.client.resume(test::make_session(client, server)));
    REQUIRE(m.ok());
    CHECK(m.resumed());
    CHECK(m.server.peer_status() == peer_status::unverified);
    CHECK(m.server.peer_flags().has(verify_flag::not_trusted));
}

// In the clear a ticket of TLS 1.3 is seen when it is used. Mbed TLS's own tickets could then be shown as tickets of
// TLS 1.2, whose master secret would be nothing but zeros.
TEST_CASE("a ticket is for its version, its name, and a server that is asked for one") {
    auto const keys = keys_of(secret('a'));
    auto const old_client = test::make_client(only(version::tls1_2));
    auto const new_client = test::make_client(only(version::tls1_3));
    auto const server = test::make_server({.tickets = {.keys = keys}});
    auto made = test::make_session(new_client, server);
    auto target = test::make_session(old_client, server);
    // the ticket of the new one in the place of the old one's: both are in our hands
    auto const new_ticket = detail::read_session(detail::read_record(detail::view_of(made.record()))->native)->ticket;
    auto const record = *detail::read_record(detail::view_of(target.record()));
    auto const old_ticket = detail::read_session(record.native)->ticket;
    std::string native(record.native.text());
    auto const at = static_cast<std::size_t>(old_ticket.data() - record.native.data());
    native.replace(at, old_ticket.size(), new_ticket.text());
    native[at - 2] = static_cast<char>(new_ticket.size() >> 8);
    native[at - 1] = static_cast<char>(new_ticket.size() & 0xFFU);
    auto changed = record;
    changed.native = bytes(native);
    detail::secure_buffer forged;
    REQUIRE(detail::keep_record(changed, forged));
    REQUIRE(detail::read_session(bytes(native))->ticket.text() == new_ticket.text());
    CHECK_FALSE(test::resumes(old_client, server, session{std::move(forged)}));

    SECTION("another name") {
        // in TLS 1.2, where Mbed TLS's client does not compare names itself
        auto const any = test::make_client(only(version::tls1_2, {.verify = verify_mode::insecure_none}));
        for (bool const renamed : {false, true}) {
            auto conn = or_throw(any.wrap(memory_transport{}, insecure_any_name("localhost")));
            auto peer = or_throw(server.wrap(memory_transport{}));
            REQUIRE(test::shake_hands(conn, peer).ok());
            auto given = or_throw(conn.session());
            auto r = *detail::read_record(detail::view_of(given.record()));
            if (renamed) {
                r.name = {}; // what the client holds says nothing to the server
            }
            detail::secure_buffer kept;
            REQUIRE(detail::keep_record(r, kept));
            auto second =
                or_throw(any.wrap(memory_transport{}, renamed ? insecure_any_name : insecure_any_name("localhost")));
            or_throw(second.resume(session{std::move(kept)}));
            auto third = or_throw(server.wrap(memory_transport{}));
            REQUIRE(test::shake_hands(second, third).ok());
            CHECK(second.session_reused() != renamed);
        }
    }
}

TEST_CASE("tickets are off where they are turned off") {
    auto const v = GENERATE(from_range(test::versions));
    auto const client = test::make_client(only(v));
    auto const server = test::make_server(only_server(v, {.tickets = {.count = 0}}));
    meeting m(client, server);
    REQUIRE(m.ok());
    auto const given = m.client.session();
    CHECK((!given || !given->has_ticket()));
}
