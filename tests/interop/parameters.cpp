// SPDX-License-Identifier: BSL-1.0

// Suites, groups, signature algorithms, policies and ALPN, with openssl and Python on the other side.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

using namespace tlspp;
using namespace interop;

namespace {
std::vector<std::string> command(const char* what, version v, std::vector<std::string> more) {
    std::vector<std::string> out{program_or_skip("openssl", "version"), what,
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
std::vector<std::string> server(version v, const credential_files& own, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-accept", "127.0.0.1:0", "-naccept", "1", "-cert", own.certificate, "-key", own.key});
    return command("s_server", v, more);
}
std::uint16_t port_of(test::process& openssl) { return port_in(line_after(openssl, "ACCEPT ")); }
std::vector<std::string> client(version v, const bsd_listener& listener, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-connect", "127.0.0.1:" + std::to_string(listener.port()), "-servername", "localhost",
                             "-CAfile", shared_files().ca});
    return command("s_client", v, more);
}
bool says(test::process& program, std::string_view text) {
    bool const there = program.wait_for(text, limit);
    if (!there) {
        UNSCOPED_INFO("waited for \"" << text << "\" in:\n" << output_of(program));
    }
    return there;
}
} // namespace

TEST_CASE("our client asks s_server for one suite, by the name that openssl has for it") {
    auto const* name = GENERATE("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384",
                                "ECDHE-RSA-AES128-SHA256");
    auto const v = std::string_view(name).starts_with("TLS_") ? version::tls1_3 : version::tls1_2;
    CAPTURE(name);
    test::process openssl(server(v, shared_files().rsa));
    auto conn = or_throw(call(make_client(v, {.cipher_suites = or_throw(cipher_suites_from(name))}), port_of(openssl)));
    CHECK(conn.cipher().name == name);
    CHECK(says(openssl, "CIPHER is " + std::string(name)));
}

TEST_CASE("our client asks s_server for short records") {
    test::process openssl(server(version::tls1_2, shared_files().rsa, {"-rev"}));
    auto conn = or_throw(
        call(make_client(version::tls1_2, {.max_fragment_length = fragment_length::bytes_512}), port_of(openssl)));
    CHECK(conn.largest_incoming_record() == 512);
    std::string const line(3000, 'x');
    or_throw(conn.write_all(line + "\n"));
    char got[3001];
    auto const first = or_throw(conn.read_some(got));
    CHECK(first <= 512);
    or_throw(conn.read_exactly(std::span(got).subspan(first)));
    CHECK(std::string_view(got, sizeof got) == line + "\n");
}

TEST_CASE("s_client asks our server for short records") {
    auto listener = listen();
    test::process openssl(client(version::tls1_2, listener, {"-maxfraglen", "1024", "-quiet"}));
    auto conn = or_throw(take(make_server(version::tls1_2), listener));
    CHECK(conn.largest_outgoing_record() == 1024);
    CHECK(or_throw(conn.write_some(std::string(3000, 'y'))) == 1024);
}

TEST_CASE("our client asks s_server for one group") {
    auto const v = GENERATE(from_range(versions));
    auto const* name = GENERATE("x25519", "P-384", "secp521r1");
    CAPTURE(short_name(v), name);
    test::process openssl(server(v, shared_files().rsa));
    auto const groups = or_throw(groups_from(name));
    auto conn = or_throw(call(make_client(v, {.groups = groups}), port_of(openssl)));
    CHECK(conn.group() == groups[0]);
    CHECK(says(openssl, "Shared groups: " + std::string(tlspp::name(groups[0])) + "\n"));
}

TEST_CASE("s_client is told the CAs whose certificates are taken, or not") {
    bool const told = GENERATE(true, false);
    auto const trust = or_throw(trust_store::from_pem(test::shared_certificates().ca.root_pem()));
    server_options options{.client_auth = client_auth::required, .trust = trust};
    CHECK(options.send_ca_names);
    options.send_ca_names = told;
    auto const& own = shared_files().client;
    auto listener = listen();
    test::process openssl(client(version::tls1_2, listener, {"-cert", own.certificate, "-key", own.key}));
    auto conn = or_throw(take(make_server(version::tls1_2, options), listener));
    CHECK(conn.peer_status() == peer_status::verified);
    CHECK(says(openssl, "Client Certificate Types: ")); // it was asked for one
    CHECK(says(openssl, told ? "Acceptable client certificate CA names\n" : "No client certificate CA names sent\n"));
    openssl.close_input();
    give(openssl, "");
    close_second(conn);
    CHECK(openssl.wait(limit) == 0);
    auto const names = output_of(openssl);
    auto const at = names.find("client certificate CA names");
    auto const listed = names.substr(at, names.find("Client Certificate Types") - at);
    CAPTURE(names);
    CHECK(listed.contains("CN") == told);
}

TEST_CASE("our client and s_server have no group in common") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    test::process openssl(server(v, shared_files().rsa, {"-groups", "P-384"}));
    auto const conn = call(make_client(v, {.groups = {named_group::x25519}}), port_of(openssl));
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::alert_received);
    CHECK(conn.error().alert() == alert::handshake_failure);
}

TEST_CASE("our client asks s_server for one signature algorithm") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    test::process openssl(server(v, shared_files().rsa));
    auto const wanted =
        v == version::tls1_3 ? signature_scheme::rsa_pss_rsae_sha256 : signature_scheme::rsa_pkcs1_sha256;
    auto conn = or_throw(call(make_client(v, {.signature_algorithms = {wanted}}), port_of(openssl)));
    CHECK(says(openssl, std::string("Shared Signature Algorithms: ") +
                            (v == version::tls1_3 ? "RSA-PSS+SHA256" : "RSA+SHA256") + "\n"));
    CHECK(conn.peer_status() == peer_status::verified);
}

TEST_CASE("an old s_client is served under the compatible policy, and not under the modern one") {
    bool const compatible = GENERATE(true, false);
    CAPTURE(compatible);
    auto listener = listen();
    test::process openssl(
        client(version::tls1_2, listener, {"-cipher", "ECDHE-ECDSA-AES128-SHA256:AES128-SHA256:@SECLEVEL=0"}));
    auto const conn =
        take(make_server(version::tls1_2,
                         apply(compatible ? policy::compatible_2026 : policy::modern_2026, server_options{})),
             listener);
    CHECK(conn.has_value() == compatible);
    if (conn) {
        CHECK(conn->cipher().name == "ECDHE-ECDSA-AES128-SHA256");
    }
}

TEST_CASE("static RSA is not offered under any policy") {
    test::process openssl(server(version::tls1_2, shared_files().rsa, {"-cipher", "kRSA:@SECLEVEL=0"}));
    auto const conn =
        call(make_client(version::tls1_2, apply(policy::compatible_2026, client_options{})), port_of(openssl));
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::alert_received);
}

TEST_CASE("our client requires a protocol of s_server's") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    SECTION("it has one") {
        test::process openssl(server(v, shared_files().localhost, {"-alpn", "h2"}));
        auto conn =
            or_throw(call(make_client(v, {.alpn = {"http/1.1", "h2"}, .require_alpn = true}), port_of(openssl)));
        CHECK(conn.alpn() == "h2");
    }
    SECTION("it knows nothing of ALPN") {
        test::process openssl(server(v, shared_files().localhost));
        auto const conn = call(make_client(v, {.alpn = {"h2"}, .require_alpn = true}), port_of(openssl));
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::handshake_failed);
        CHECK(conn.error().why() == reason::alpn_none_agreed);
        CHECK(says(openssl, "no application protocol"));
    }
    SECTION("without require_alpn it may know nothing of it") {
        test::process openssl(server(v, shared_files().localhost));
        CHECK(or_throw(call(make_client(v, {.alpn = {"h2"}}), port_of(openssl))).alpn() == std::nullopt);
    }
}

TEST_CASE("our server requires a protocol of s_client's") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const context = make_server(v, {.alpn = {"h2"}, .require_alpn = true});
    auto listener = listen();
    SECTION("it offers one") {
        test::process openssl(client(v, listener, {"-alpn", "http/1.1,h2"}));
        CHECK(or_throw(take(context, listener)).alpn() == "h2");
        CHECK(says(openssl, "ALPN protocol: h2"));
    }
    SECTION("it offers another one, or nothing") {
        auto const offer = GENERATE(std::vector<std::string>{"-alpn", "http/1.1"}, std::vector<std::string>{});
        test::process openssl(client(v, listener, offer));
        auto const conn = take(context, listener);
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::handshake_failed);
        CHECK(conn.error().why() == reason::alpn_none_agreed);
        CHECK(says(openssl, "no application protocol"));
        CHECK(openssl.wait(limit) != 0);
    }
}

TEST_CASE("our server tells s_client whose certificates it takes, and asks for one") {
    auto const v = GENERATE(from_range(versions));
    auto const asked = GENERATE(client_auth::optional, client_auth::required);
    CAPTURE(short_name(v), static_cast<int>(asked));
    auto const context = make_server(v, {.client_auth = asked, .trust = test::shared_certificates().trust});
    auto listener = listen();
    auto const& f = shared_files();
    SECTION("a good one") {
        test::process openssl(client(v, listener, {"-cert", f.client.certificate, "-key", f.client.key}));
        auto conn = or_throw(take(context, listener));
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(says(openssl, v == version::tls1_2 ? "CN = Test CA" : "No client certificate CA names sent"));
    }
    SECTION("one of another CA") {
        test::process openssl(client(v, listener, {"-cert", f.other_client.certificate, "-key", f.other_client.key}));
        auto const conn = take(context, listener);
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::certificate_rejected);
        CHECK(conn.error().flags().has(verify_flag::not_trusted));
    }
    SECTION("none") {
        test::process openssl(client(v, listener));
        auto const conn = take(context, listener);
        CHECK(conn.has_value() == (asked == client_auth::optional));
        if (conn) {
            CHECK(conn->peer_status() == peer_status::none);
        } else {
            CHECK(conn.error() == errc::no_certificate);
        }
    }
}
