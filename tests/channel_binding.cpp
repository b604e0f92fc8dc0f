// SPDX-License-Identifier: BSL-1.0
#include "support/certificates.hpp"
#include "support/contexts.hpp"
#include "support/hello.hpp"
#include "support/sessions.hpp"

#include <tlspp/selection.hpp>
#include <tlspp/text.hpp>

#include <catch2/generators/catch_generators_range.hpp>

#include <array>
#include <string_view>
#include <vector>

using namespace tlspp;

namespace {
std::string key(engine& from, std::string_view label, std::optional<bytes> context = std::nullopt) {
    std::array<std::byte, 32> out{};
    or_throw(from.export_keying_material(out, label, context));
    return to_hex(out);
}
} // namespace

TEST_CASE("both sides export the same keys, others for each label, context and connection") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    std::array<std::byte, 32> out{};
    CHECK(p.client.export_keying_material(out, "EXPORTER-test").error() == errc::misuse);
    REQUIRE(p.shake().ok());
    CHECK(key(p.client, "EXPORTER-test") == key(p.server, "EXPORTER-test"));
    CHECK(key(p.client, "EXPORTER-test", bytes("c")) == key(p.server, "EXPORTER-test", bytes("c")));
    CHECK(key(p.client, "EXPORTER-test") != key(p.client, "EXPORTER-other"));
    CHECK(key(p.client, "EXPORTER-test") != key(p.client, "EXPORTER-test", bytes("c")));
    bool const none_is_empty = key(p.client, "EXPORTER-test") == key(p.client, "EXPORTER-test", bytes());
    CHECK(none_is_empty == (v == version::tls1_3));
    test::pair other({.minimum_version = v, .maximum_version = v});
    REQUIRE(other.shake().ok());
    CHECK(key(p.client, "EXPORTER-test") != key(other.client, "EXPORTER-test"));
}

TEST_CASE("what cannot be exported") {
    test::pair p;
    REQUIRE(p.shake().ok());
    std::array<std::byte, 32> out{};
    for (std::string_view const label :
         {"master secret", "key expansion", "client finished", "extended master secret"}) {
        auto const no = p.client.export_keying_material(out, label);
        REQUIRE_FALSE(no);
        CHECK(no.error().why() == reason::export_argument);
    }
    CHECK(p.client.export_keying_material(out, std::string(250, 'x')).error() == errc::invalid_argument);
    CHECK(p.client.export_keying_material(out, std::string(249, 'x')));
    std::string large(8161, '\0');
    CHECK(p.client.export_keying_material(large, "EXPORTER-test").error() == errc::invalid_argument);
    large.pop_back();
    CHECK(p.client.export_keying_material(large, "EXPORTER-test"));
    CHECK(p.client.export_keying_material(out, "EXPORTER-test", bytes(std::string(65536, 'x'))).error() ==
          errc::invalid_argument);
}

TEST_CASE("without extended master secret TLS 1.2 exports nothing") {
    // a client that does not ask for it
    test::pair p({.maximum_version = version::tls1_2}, {.maximum_version = version::tls1_2});
    mbedtls_ssl_conf_extended_master_secret(
        const_cast<mbedtls_ssl_config*>(mbedtls_ssl_context_get_config(p.server.native_handle())),
        MBEDTLS_SSL_EXTENDED_MS_DISABLED);
    REQUIRE(p.shake().ok());
    for (auto* const side : {&p.client, &p.server}) {
        CHECK_FALSE(side->extended_master_secret());
        std::array<std::byte, 32> out{};
        auto const no = side->export_keying_material(out, "EXPORTER-test");
        REQUIRE_FALSE(no);
        CHECK(no.error() == errc::unsupported);
        CHECK(no.error().why() == reason::export_not_bound);
        CHECK(side->channel_binding().error().why() == reason::export_not_bound);
        CHECK(side->channel_binding("tls-unique").error().why() == reason::export_not_bound);
    }
}

TEST_CASE("channel bindings are the same on both sides") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    for (std::string_view const type : {"tls-exporter", "tls-server-end-point"}) {
        CHECK(p.client.channel_binding(type).error() == errc::misuse);
    }
    REQUIRE(p.shake().ok());
    for (std::string_view const type : {"tls-exporter", "tls-server-end-point"}) {
        auto const ours = or_throw(p.client.channel_binding(type));
        CHECK(ours.size() == 32);
        CHECK(to_hex(ours) == to_hex(or_throw(p.server.channel_binding(type))));
    }
    test::pair again({.minimum_version = v, .maximum_version = v});
    REQUIRE(again.shake().ok());
    CHECK(to_hex(or_throw(again.client.channel_binding())) != to_hex(or_throw(p.client.channel_binding())));
    CHECK(to_hex(or_throw(p.client.channel_binding())) == key(p.client, "EXPORTER-Channel-Binding", bytes()));
    auto const leaf = or_throw(certificate::from_native(*test::the_world().localhost.chain_handle()));
    CHECK(to_hex(or_throw(p.client.channel_binding("tls-server-end-point"))) == to_hex(or_throw(leaf.fingerprint())));
}

TEST_CASE("tls-unique is the same on both sides of TLS 1.2, and another one next time",
          "[py:ThreadedTests.test_tls_unique_channel_binding][same]") {
    if (detail::finished_message(mbedtls_ssl_context{}, true) == nullptr) {
        SKIP("this Mbed TLS keeps no Finished messages: MBEDTLS_SSL_RENEGOTIATION is off");
    }
    client_options const options{.maximum_version = version::tls1_2};
    test::pair p(options);
    REQUIRE(p.shake().ok());
    auto const unique = or_throw(p.client.channel_binding("tls-unique"));
    CHECK(unique.size() == 12);
    CHECK(to_hex(unique) == to_hex(or_throw(p.server.channel_binding("tls-unique"))));
    CHECK(to_hex(unique) == to_hex(or_throw(p.client.channel_binding("tls-unique"))));
    CHECK(to_hex(unique) != std::string(24, '0'));
    test::pair again(options);
    REQUIRE(again.shake().ok());
    CHECK(to_hex(unique) != to_hex(or_throw(again.client.channel_binding("tls-unique"))));
    // where a session is resumed the server's Finished is the first; against Python in interop/sessions.cpp
    auto const client = test::make_client(options);
    auto const server = test::make_server();
    auto session = test::make_session(client, server);
    test::meeting resumed(client, server);
    or_throw(resumed.client.resume(std::move(session)));
    REQUIRE(resumed.ok());
    REQUIRE(resumed.resumed());
    auto const later = or_throw(resumed.client.channel_binding("tls-unique"));
    CHECK(to_hex(later) == to_hex(or_throw(resumed.server.channel_binding("tls-unique"))));
    CHECK(to_hex(later) != to_hex(unique));
}

TEST_CASE("tls-unique is not there in TLS 1.3, and not before the handshake") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    CHECK(p.client.channel_binding("tls-unique").error() == errc::misuse);
    REQUIRE(p.shake().ok());
    for (auto* const side : {&p.client, &p.server}) {
        auto const unique = side->channel_binding("tls-unique");
        if (v == version::tls1_3) {
            REQUIRE_FALSE(unique);
            CHECK(unique.error() == errc::unsupported);
            CHECK(unique.error().why() == reason::binding_unique);
        } else {
            CHECK(unique);
        }
    }
}

TEST_CASE("a binding asked for before the handshake is none, and nothing is lost by asking",
          "[py:BasicSocketTests.test_tls_unique_channel_binding][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    std::vector<std::string_view> types{"tls-exporter", "tls-server-end-point"};
    if (v == version::tls1_2) {
        types.emplace_back("tls-unique");
    }
    for (int i = 0; i != 2; ++i) { // the connections are as they were
        for (auto* const side : {&p.client, &p.server}) {
            for (auto const type : types) {
                auto const none = side->channel_binding(type);
                REQUIRE_FALSE(none.has_value());
                CHECK(none.error() == errc::misuse); // too early; none of the errors that end a connection
                CHECK(none.error().why() == reason::not_connected);
            }
            CHECK_FALSE(side->is_handshake_complete());
            CHECK(side->wants() == want::nothing);
            CHECK(side->bytes_written() == 0);
        }
    }
    REQUIRE(p.shake().ok());
    for (auto const type : types) {
        auto const there = p.client.channel_binding(type);
        REQUIRE(there);
        CHECK(to_hex(*there) == to_hex(or_throw(p.server.channel_binding(type))));
    }
}

TEST_CASE("a binding that nobody knows is a usage error", "[py:BasicSocketTests.test_unknown_channel_binding][same]") {
    test::pair p;
    auto const unknown = p.client.channel_binding("tls-unknown");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error() == errc::invalid_argument);
    CHECK(unknown.error().subject() == "tls-unknown");
}

TEST_CASE("a server with several certificates does not know which one it used") {
    test::pair p({}, {.identities = {test::the_world().localhost, test::the_world().localhost}});
    REQUIRE(p.shake().ok());
    CHECK(p.server.channel_binding("tls-server-end-point").error().why() == reason::binding_identities);
    CHECK(p.client.channel_binding("tls-server-end-point"));
    CHECK(p.server.channel_binding("tls-exporter"));
}

TEST_CASE("no suite has a MAC of SHA-1, for which Mbed TLS exports wrong keys") {
    for (auto const suite : supported_cipher_suites()) {
        CHECK_FALSE(detail::find_suite(static_cast<std::uint16_t>(suite))->iana_name.ends_with("_SHA"));
    }
    for (std::string_view const name :
         {"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", "PSK-AES128-CBC-SHA", "AES128-SHA"}) {
        CHECK(cipher_suites_from(name).error().why() == reason::suite_unknown);
    }
    auto const by_number = client_context::create(
        {.trust = test::the_world().trust, .cipher_suites = {static_cast<cipher_suite>(0xC009)}});
    REQUIRE_FALSE(by_number);
    CHECK(by_number.error().why() == reason::suite_unknown);
}

TEST_CASE("a hash for each signature") {
    using detail::end_point_hash;
    CHECK(end_point_hash("ecdsa-with-SHA384") == MBEDTLS_MD_SHA384);
    CHECK(end_point_hash("sha512WithRSAEncryption") == MBEDTLS_MD_SHA512);
    CHECK(end_point_hash("sha256WithRSAEncryption") == MBEDTLS_MD_SHA256);
    CHECK(end_point_hash("sha1WithRSAEncryption") == MBEDTLS_MD_SHA256); // RFC 5929 §4.1
    CHECK(end_point_hash("ecdsa-with-SHA1") == MBEDTLS_MD_SHA256);
    CHECK(end_point_hash("ED25519") == MBEDTLS_MD_NONE);
    CHECK(end_point_hash("") == MBEDTLS_MD_NONE);
}

TEST_CASE("a server that refuses a client certificate behind the handshake is recognised") {
    auto const& c = test::shared_certificates();
    test::pair p({.trust = c.trust, .identity = c.other_client.identity},
                 {.identities = {c.localhost.identity}, .client_auth = client_auth::required, .trust = c.trust});
    auto const done = p.shake();
    REQUIRE(done.client); // TLS 1.3: the client is done before
    REQUIRE_FALSE(done.server);
    CHECK(done.server.error() == errc::certificate_rejected);
    test::carry_all(p.client, p.server);
    std::array<char, 16> buffer;
    auto const read = p.client.read_some(buffer);
    REQUIRE_FALSE(read);
    CHECK(read.error() == errc::handshake_failed);
    CHECK(read.error().why() == reason::refused_afterwards);
}

TEST_CASE("a record that was changed later is no refusal") {
    test::pair p;
    REQUIRE(p.shake().ok());
    std::array<char, 16> buffer;
    or_throw(p.server.write_all("one"));
    p.carry();
    REQUIRE(or_throw(p.client.read_some(buffer)) == 3);
    or_throw(p.server.write_all("two"));
    auto bad = test::as_text(p.server.transport().outgoing());
    bad.back() = static_cast<char>(bad.back() ^ 1);
    p.client.transport().feed(test::as_data(bad));
    auto const read = p.client.read_some(buffer);
    REQUIRE_FALSE(read);
    CHECK(read.error() == errc::protocol_violation);
}
