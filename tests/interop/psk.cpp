// SPDX-License-Identifier: BSL-1.0

// Pre-shared keys, with the openssl program on the other side.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

using namespace tlspp;
using namespace interop;

namespace {
constexpr const char* hex_key = "30313233343536373839616263646566";
constexpr std::string_view key = "0123456789abcdef";

std::vector<std::string> command(const char* what, version v, std::vector<std::string> more) {
    std::vector<std::string> out{program_or_skip("openssl", "version"), what,
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
std::vector<std::string> server(version v, std::vector<std::string> more) {
    more.insert(more.end(), {"-accept", "127.0.0.1:0", "-naccept", "1", "-nocert"});
    return command("s_server", v, more);
}
std::uint16_t port_of(test::process& openssl) { return port_in(line_after(openssl, "ACCEPT ")); }
std::vector<std::string> client(version v, const bsd_listener& listener, std::vector<std::string> more) {
    more.insert(more.end(), {"-connect", "127.0.0.1:" + std::to_string(listener.port())});
    return command("s_client", v, more);
}
client_context make_psk_client(version v, client_psk psk, client_options options = {}) {
    options.psk = psk;
    options.minimum_version = options.maximum_version = v;
    return or_throw(client_context::create(options));
}
server_context make_psk_server(version v, server_options options = {}) {
    options.psk = server_psk{.keys = {{.identity = "alice", .key = key}}};
    options.minimum_version = options.maximum_version = v;
    return or_throw(server_context::create(options));
}
bool says(test::process& program, std::string_view text) {
    bool const there = program.wait_for(text, limit);
    if (!there) {
        UNSCOPED_INFO("waited for \"" << text << "\" in:\n" << output_of(program));
    }
    return there;
}
} // namespace

TEST_CASE("our client and s_server share a key") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    test::process openssl(server(v, {"-psk", hex_key, "-psk_identity", "alice"}));
    auto conn = or_throw(call(make_psk_client(v, {.identity = "alice", .key = key}), port_of(openssl)));
    CHECK(conn.peer_status() == peer_status::psk);
    CHECK(conn.psk_identity() == "alice");
    CHECK(says(openssl, "CIPHER is " + std::string(conn.cipher().name)));
    or_throw(conn.write_all("hello from tlspp\n"));
    CHECK(says(openssl, "hello from tlspp\n"));
    give(openssl, "hello from openssl\n");
    CHECK(read_line(conn) == "hello from openssl");
    close_first(conn);
    CHECK(openssl.wait(limit) == 0);
}

TEST_CASE("our client and s_server have different keys") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    test::process openssl(server(v, {"-psk", hex_key, "-psk_identity", "alice"}));
    auto const conn = call(make_psk_client(v, {.identity = "alice", .key = "fedcba9876543210"}), port_of(openssl));
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::alert_received);
    CHECK(conn.error().why() == reason::psk_refused);
}

TEST_CASE("s_client and our server share a key") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto listener = listen();
    test::process openssl(client(v, listener, {"-psk", hex_key, "-psk_identity", "alice"}));
    auto conn = or_throw(take(make_psk_server(v), listener));
    CHECK(conn.peer_status() == peer_status::psk);
    CHECK(conn.psk_identity() == "alice");
    CHECK(says(openssl, "Cipher is " + std::string(conn.cipher().name)));
    or_throw(conn.write_all("hello from tlspp\n"));
    CHECK(says(openssl, "hello from tlspp\n"));
    give(openssl, "hello from openssl\n");
    CHECK(read_line(conn) == "hello from openssl");
    close_first(conn);
    CHECK(openssl.wait(limit) == 0);
}

TEST_CASE("s_client has another key, or another identity, than our server") {
    auto const v = GENERATE(from_range(versions));
    auto const identity = GENERATE(std::string("alice"), std::string("mallory"));
    CAPTURE(short_name(v), identity);
    auto listener = listen();
    test::process openssl(client(v, listener, {"-psk", "0011223344556677", "-psk_identity", identity}));
    auto const conn = take(make_psk_server(v), listener);
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::handshake_failed);
    CHECK(conn.error().why() == (identity == "alice" ? reason::psk_wrong_key : reason::psk_unknown_identity));
    CHECK(openssl.wait(limit) != 0);
}

TEST_CASE("a server with a certificate as well serves those who have no key") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto listener = listen();
    test::process openssl(client(v, listener, {"-CAfile", shared_files().ca, "-verify_return_error"}));
    auto conn =
        or_throw(take(make_psk_server(v, {.identities = {test::shared_certificates().localhost.identity}}), listener));
    CHECK(conn.peer_status() == peer_status::none);
    CHECK(conn.psk_identity().empty());
    CHECK(says(openssl, "Verify return code: 0"));
    close_first(conn);
}

TEST_CASE("psk_ke is used where it is called insecure, and only there") {
    bool const wanted = GENERATE(true, false);
    CAPTURE(wanted);
    // without a group in common nothing but psk_ke is left
    test::process openssl(
        server(version::tls1_3, {"-psk", hex_key, "-psk_identity", "alice", "-groups", "P-384", "-allow_no_dhe_kex"}));
    auto const context =
        make_psk_client(version::tls1_3, {.identity = "alice", .key = key, .insecure_no_forward_secrecy = wanted},
                        {.groups = {named_group::secp256r1}});
    auto const conn = call(context, port_of(openssl));
    CHECK(conn.has_value() == wanted);
    if (conn) {
        CHECK(conn->peer_status() == peer_status::psk);
    }
}
