// SPDX-License-Identifier: BSL-1.0
#include "../support/contexts.hpp"
#include "samples.hpp"

#include <tlspp/x509/on_verify.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
struct chain {
    dev::authority root = or_throw(dev::authority::create({.common_name = "Root"}));
    dev::authority middle = or_throw(root.intermediate({.common_name = "Middle"}));
    identity leaf = or_throw(middle.issue({.dns_names = {"localhost"}, .common_name = "Leaf"}));
    identity expired =
        or_throw(middle.issue({.dns_names = {"localhost"}, .not_before = 1'000'000'000, .not_after = 1'100'000'000}));
    trust_store trust = or_throw(root.trust());
};
const chain& the_chain() {
    static chain const made;
    return made;
}
client_options with(verify_hook hook, version v = version::tls1_3) {
    return {.trust = the_chain().trust, .maximum_version = v, .on_verify = std::move(hook)};
}
std::string common_name(const x509::distinguished_name& name) {
    char text[64];
    return {text, name.find(x509::oids::common_name).write_value(text)};
}
struct seen {
    unsigned calls = 0;
    std::vector<std::string> names;
    std::vector<verify_flags> each;
    std::string asked;
    verify_flags flags;

    void look(const verification& v) {
        ++calls;
        for (const judged_certificate& c : v) {
            names.push_back(common_name(c.subject()));
            each.push_back(c.flags());
        }
        asked = v.name();
        flags = v.flags();
    }
};
} // namespace

TEST_CASE("on_verify is asked once, and sees the whole chain", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    seen s;
    std::optional<certificate> kept;
    auto options = with(
        [&](verification& v) {
            s.look(v);
            CHECK(v.size() == 3);
            CHECK(v.leaf().issuer() == v[1].subject());
            CHECK(v[2].not_before() < v[2].not_after());
            CHECK(v.leaf().public_key().bits == 256);
            CHECK(or_throw(v.leaf().key_hash()) == or_throw(or_throw(the_chain().leaf.leaf()).key_hash()));
            CHECK(or_throw(v.leaf().fingerprint()) == or_throw(or_throw(the_chain().leaf.leaf()).fingerprint()));
            CHECK(v.leaf().native_handle() != nullptr);
            kept = or_throw(v.leaf().copy());
        },
        version);
    test::pair p{std::move(options), {.identities = {the_chain().leaf}}};
    REQUIRE(p.shake().ok());
    CHECK(s.calls == 1);
    CHECK(s.names == std::vector<std::string>{"Leaf", "Middle", "Root"});
    CHECK(s.flags.empty());
    CHECK(s.asked == "localhost");
    CHECK(p.client.peer_status() == peer_status::verified);
    CHECK(*kept == or_throw(the_chain().leaf.leaf()));
    CHECK(detail::same_bytes(kept->serial_number(), or_throw(the_chain().leaf.leaf()).serial_number()));
}

TEST_CASE("a refusal ends the handshake and keeps its sentence", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    test::pair p{with([](verification& v) { v.refuse("only the printers of floor 3"); }, version),
                 {.identities = {the_chain().leaf}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags() == verify_flag::refused_by_callback);
    CHECK(o.client.error().subject() == "only the printers of floor 3");
    CHECK(std::string(o.client.error().message().view()).find("on_verify") != std::string::npos);
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::alert_received);
    CHECK(p.client.handshake().error().subject() == "only the printers of floor 3");
}

TEST_CASE("of a long refusal the beginning is kept, and one without text counts too", "[on_verify]") {
    std::string const text(100, 'x');
    test::pair p{with([&](verification& v) { v.refuse("A" + text); }), {.identities = {the_chain().leaf}}};
    CHECK(p.shake().client.error().subject() == "A" + text.substr(0, 46));
    test::pair q{with([](verification& v) { v.refuse(""); }), {.identities = {the_chain().leaf}}};
    auto const o = q.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::refused_by_callback);
    CHECK(o.client.error().subject() == "localhost");
}

TEST_CASE("what is wrong is told by certificate", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    seen s;
    test::pair p{
        with([&](verification& v) { s.look(v); }, version), {.identities = {the_chain().expired}}, "other.example"};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(s.calls == 1);
    CHECK(s.asked == "other.example");
    CHECK(s.flags == (verify_flag::expired | verify_flag::name_mismatch));
    REQUIRE(s.each.size() == 3);
    CHECK(s.each[0] == (verify_flag::expired | verify_flag::name_mismatch));
    CHECK(s.each[1].empty());
    CHECK(s.each[2].empty());
    CHECK(o.client.error().flags() == s.flags); // looking forgives nothing
}

TEST_CASE("a failure is forgiven by name only", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    verify_flags after;
    test::pair p{with(
                     [&](verification& v) {
                         v.insecure_accept(verify_flag::expired | verify_flag::revoked);
                         after = v.flags();
                     },
                     version),
                 {.identities = {the_chain().expired}}};
    CHECK(p.shake().ok());
    CHECK(after.empty());
    CHECK(p.client.peer_status() == peer_status::unverified);
    CHECK(p.client.peer_flags() == verify_flag::expired);

    test::pair q{with([](verification& v) { v.insecure_accept(verify_flag::expired); }, version),
                 {.identities = {the_chain().expired}},
                 "other.example"};
    auto const o = q.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::name_mismatch);
}

TEST_CASE("a failure of an intermediate and of trust can be forgiven", "[on_verify]") {
    auto const old = or_throw(
        the_chain().root.intermediate({.common_name = "Old", .not_before = 1'000'000'000, .not_after = 1'100'000'000}));
    auto const leaf = or_throw(old.issue({.dns_names = {"localhost"}}));
    auto const accept_all = [](verification& v) { v.insecure_accept(v.flags()); };
    test::pair p{with(accept_all), {.identities = {leaf}}};
    CHECK(p.shake().ok());
    CHECK(p.client.peer_flags() == verify_flag::expired);
    client_options stranger{.trust = or_throw(or_throw(dev::authority::create()).trust()), .on_verify = accept_all};
    test::pair q{stranger, {.identities = {the_chain().leaf}}};
    CHECK(q.shake().ok());
    CHECK(q.client.peer_flags() == verify_flag::not_trusted);
    CHECK(q.client.peer_status() == peer_status::unverified);
}

TEST_CASE("a refusal of one's own is not forgiven, in either order", "[on_verify]") {
    for (bool const first : {true, false}) {
        test::pair p{with([first](verification& v) {
                         if (first) {
                             v.refuse("no");
                         }
                         v.insecure_accept(verify_flags(~std::uint64_t{0}));
                         if (!first) {
                             v.refuse("no");
                         }
                     }),
                     {.identities = {the_chain().leaf}}};
        auto const o = p.shake();
        REQUIRE_FALSE(o.client);
        CHECK(o.client.error().flags() == verify_flag::refused_by_callback);
    }
}

TEST_CASE("what Mbed TLS finds after the callback is not forgiven", "[on_verify]") {
    auto const for_mail = or_throw(
        the_chain().root.issue({.common_name = "Client", .extended_key_usage = {{dev::purpose::email_protection}}}));
    test::pair p{{.trust = the_chain().trust, .identity = for_mail},
                 {.identities = {the_chain().leaf},
                  .client_auth = client_auth::required,
                  .trust = the_chain().trust,
                  .on_verify = [](verification& v) { v.insecure_accept(verify_flags(~std::uint64_t{0})); }}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error().flags() == verify_flag::extended_key_usage);
}

TEST_CASE("what the callback throws ends the handshake", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    auto const mode = GENERATE(verify_mode::required, verify_mode::insecure_report_only);
    auto options = with([](verification&) { throw std::runtime_error("no"); }, version);
    options.verify = mode;
    test::pair p{std::move(options), {.identities = {the_chain().leaf}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::callback);
    CHECK(o.client.error().why() == reason::callback_threw);
    CHECK_FALSE(o.server.has_value());
}

TEST_CASE("a server asks about its clients", "[on_verify]") {
    auto const version = GENERATE(from_range(test::versions));
    auto const auth = GENERATE(client_auth::required, client_auth::optional);
    auto const client = or_throw(the_chain().middle.issue({.common_name = "Client"}));
    unsigned calls = 0;
    bool refuse = false;
    server_options options{.identities = {the_chain().leaf},
                           .client_auth = auth,
                           .trust = the_chain().trust,
                           .on_verify = [&](verification& v) {
                               ++calls;
                               CHECK(v.name().empty());
                               CHECK(common_name(v.leaf().subject()) == "Client");
                               if (refuse) {
                                   v.refuse("not on the list");
                               }
                           }};
    client_options const own{.trust = the_chain().trust, .maximum_version = version, .identity = client};
    test::pair p{own, options};
    CHECK(p.shake().ok());
    CHECK(calls == 1);
    CHECK(p.server.peer_status() == peer_status::verified);
    refuse = true;
    test::pair q{own, options};
    auto const o = q.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::certificate_rejected);
    CHECK(o.server.error().subject() == "not on the list");
    if (auth == client_auth::optional) {
        test::pair none{{.trust = the_chain().trust}, options};
        CHECK(none.shake().ok());
        CHECK(calls == 2); // nobody to ask about
    }
}

TEST_CASE("report-only: a refusal is told, and the handshake goes on", "[on_verify]") {
    auto options = with([](verification& v) { v.refuse("no"); });
    options.verify = verify_mode::insecure_report_only;
    test::pair p{std::move(options), {.identities = {the_chain().leaf}}};
    CHECK(p.shake().ok());
    CHECK(p.client.peer_status() == peer_status::unverified);
    CHECK(p.client.peer_flags() == verify_flag::refused_by_callback);
}

TEST_CASE("the callback lives as long as the connections that may call it", "[on_verify]") {
    auto const alive = std::make_shared<int>(0);
    {
        auto options = with([alive](verification&) {});
        test::pair p{options, {.identities = {the_chain().leaf}}}; // its context is gone already
        options = {};
        CHECK(alive.use_count() > 1);
        CHECK(p.shake().ok());
    }
    CHECK(alive.use_count() == 1);
}
