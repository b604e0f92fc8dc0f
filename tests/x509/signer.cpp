// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/signer.hpp>

#include "support/certificates.hpp"
#include "support/contexts.hpp"

#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
/// What stands in for a device: a key of its own, and a log of what it was asked for.
struct device {
    explicit device(const test::issued& from) : key(or_throw(private_key::from_pem(from.pem.key_pem))) {}

    result<std::size_t> sign(digest_algorithm hash, bytes digest, writable_bytes out) {
        asked.push_back(hash);
        CHECK(digest.size() == (hash == digest_algorithm::sha256 ? 32U : hash == digest_algorithm::sha384 ? 48U : 64U));
        auto const md = hash == digest_algorithm::sha256   ? MBEDTLS_MD_SHA256
                        : hash == digest_algorithm::sha384 ? MBEDTLS_MD_SHA384
                                                           : MBEDTLS_MD_SHA512;
        std::size_t size = 0;
        int const code =
            mbedtls_pk_sign(key.native_handle(), md, digest.uchars(), digest.size(), out.uchars(), out.size(), &size
#if MBEDTLS_VERSION_NUMBER < 0x04000000
                            ,
                            detail::psa_random, nullptr
#endif
            );
        CHECK(code == 0);
        return size;
    }
    /// The device as options take it.
    signer by_reference() {
        return [this](digest_algorithm hash, bytes digest, writable_bytes out) { return sign(hash, digest, out); };
    }

    private_key key;
    std::vector<digest_algorithm> asked;
};

const test::issued& rsa() { return test::rsa_localhost(); }
const test::issued& ec() { return test::shared_certificates().localhost; }
/// Of another RSA key than `rsa()`, for the same names.
const test::issued& other_rsa() {
    static test::issued const made = [] {
        auto options = test::certificates::for_localhost();
        options.key_type = dev::key_type::rsa_2048;
        return test::issued(test::shared_certificates().ca, options);
    }();
    return made;
}
/// Mbed TLS 4 has no hook there.
void check_refused_on_clients(const std::string& certificate) {
    auto const sign = [](digest_algorithm, bytes, writable_bytes) -> result<std::size_t> { return 0; };
    client_options options;
    options.trust = test::shared_certificates().trust;
    options.identity = or_throw(identity::from_signer(certificate, sign));
    auto const made = client_context::create(options);
    REQUIRE_FALSE(made);
    CHECK(made.error() == errc::unsupported);
    CHECK(made.error().why() == reason::signer_on_client);
}
identity signed_by(const test::issued& what, signer sign) {
    return or_throw(identity::from_signer(what.pem.certificate_pem, std::move(sign)));
}
constexpr bool any_key_on_servers = detail::build::async_signer;

std::vector<const test::issued*> keys_of_servers() {
    std::vector<const test::issued*> all{&rsa()};
    if (any_key_on_servers) {
        all.push_back(&ec());
    }
    return all;
}

client_options trusting(const test::certificates& c = test::shared_certificates()) {
    client_options options;
    options.trust = c.trust;
    return options;
}
server_options showing(const identity& own) {
    server_options options;
    options.identities = {own};
    return options;
}
} // namespace

TEST_CASE("a server's callback signs", "[signer]") {
    for (auto const* what : keys_of_servers()) {
        device hsm(*what);
        auto const own = signed_by(*what, hsm.by_reference());
        CHECK(own.has_signer());
        CHECK((own.key_handle() == nullptr) == detail::mbedtls4);
        test::pair p(trusting(), showing(own));
        auto const done = p.shake();
        INFO((done.ok() ? "" : std::string((done.server ? done.client : done.server).error().message().view())));
        REQUIRE(done.ok());
        CHECK(p.client.version() == version::tls1_2);
        CHECK(p.client.peer_status() == peer_status::verified);
        CHECK(hsm.asked.size() == 1);
    }
}

TEST_CASE("a signer is asked for the hash that the client wants", "[signer]") {
    for (auto const* what : keys_of_servers()) {
        for (auto const& [scheme, wanted] :
             {std::pair{what == &ec() ? signature_scheme::ecdsa_secp384r1_sha384 : signature_scheme::rsa_pkcs1_sha384,
                        digest_algorithm::sha384},
              std::pair{what == &ec() ? signature_scheme::ecdsa_secp521r1_sha512 : signature_scheme::rsa_pkcs1_sha512,
                        digest_algorithm::sha512}}) {
            device hsm(*what);
            auto s = showing(signed_by(*what, hsm.by_reference()));
            s.signature_algorithms = {scheme};
            test::pair p(trusting(), s);
            REQUIRE(p.shake().ok());
            CHECK(hsm.asked == std::vector{wanted});
        }
    }
}

TEST_CASE("a client's callback signs with an RSA key", "[signer]") {
    if (!detail::build::rsa_signer) {
        check_refused_on_clients(rsa().pem.certificate_pem);
        return;
    }
    device hsm(rsa());
    auto c = trusting();
    c.identity = signed_by(rsa(), hsm.by_reference());
    server_options s = showing(ec().identity);
    s.client_auth = client_auth::required;
    s.trust = test::shared_certificates().trust;
    test::pair p(c, s);
    REQUIRE(p.shake().ok());
    CHECK(p.server.version() == version::tls1_2);
    CHECK(p.server.peer_status() == peer_status::verified);
    CHECK(hsm.asked.size() == 1);
}

TEST_CASE("a client's callback cannot sign with another key", "[signer]") {
    if (!any_key_on_servers) {
        SKIP("needs MBEDTLS_SSL_ASYNC_PRIVATE");
    }
    device hsm(ec());
    auto c = trusting();
    c.identity = signed_by(ec(), hsm.by_reference());
    auto const made = client_context::create(c);
    REQUIRE_FALSE(made);
    CHECK(made.error() == errc::unsupported);
    CHECK(made.error().why() == reason::signer_on_client);
}

TEST_CASE("an EC key needs a build whose servers let any key be elsewhere", "[signer]") {
    device hsm(ec());
    auto const made = identity::from_signer(ec().pem.certificate_pem, hsm.by_reference());
    if (any_key_on_servers) {
        CHECK(made);
    } else {
        CHECK(made.error() == errc::unsupported);
        CHECK(made.error().why() == reason::signer_key_kind);
        CHECK(made.error().message().view().find("'EC'") != std::string_view::npos);
    }
}

TEST_CASE("what a signer gets wrong ends the handshake, and says so", "[signer]") {
    auto const chosen =
        GENERATE(values({std::pair{&rsa(), &other_rsa()}, std::pair{&ec(), &test::shared_certificates().client}}));
    auto const* const what = chosen.first;
    auto const* const other = chosen.second;
    if (what == &ec() && !any_key_on_servers) {
        SKIP("needs MBEDTLS_SSL_ASYNC_PRIVATE");
    }
    auto const fail = [&](const char* how, signer sign, reason expected) {
        INFO(how);
        test::pair p(trusting(), showing(signed_by(*what, std::move(sign))));
        auto const done = p.shake();
        REQUIRE_FALSE(done.server);
        CHECK(done.server.error() == errc::callback);
        CHECK(done.server.error().why() == expected);
        CHECK(p.server.handshake().error().why() == expected);
        REQUIRE_FALSE(done.client);
        CHECK(done.client.error() == errc::alert_received);
        CHECK(done.client.error().alert() == alert::internal_error);
    };
    device hsm(*what);
    device stranger(*other);
    fail(
        "it returns an error",
        [](digest_algorithm, bytes, writable_bytes) -> result<std::size_t> {
            return std::unexpected(error{errc::transport});
        },
        reason::signer_failed);
    fail(
        "it throws",
        [](digest_algorithm, bytes, writable_bytes) -> result<std::size_t> { throw std::runtime_error("no device"); },
        reason::callback_threw);
    fail("it signs with another key", stranger.by_reference(), reason::signer_wrong);
    fail(
        "it returns nothing", [](digest_algorithm, bytes, writable_bytes) -> result<std::size_t> { return 0; },
        reason::signer_length);
    fail(
        "it returns more than there is room for",
        [](digest_algorithm, bytes, writable_bytes out) -> result<std::size_t> { return out.size() + 1; },
        reason::signer_length);
    fail(
        "it returns a byte too few",
        [&](digest_algorithm hash, bytes digest, writable_bytes out) {
            return or_throw(hsm.sign(hash, digest, out)) - 1;
        },
        what == &rsa() ? reason::signer_length : reason::signer_wrong);
    fail(
        "one bit is wrong",
        [&](digest_algorithm hash, bytes digest, writable_bytes out) {
            auto const size = or_throw(hsm.sign(hash, digest, out));
            out.uchars()[size - 1] ^= 1;
            return size;
        },
        reason::signer_wrong);
    fail(
        "it signs another digest",
        [&](digest_algorithm hash, bytes digest, writable_bytes out) {
            std::string changed(digest.text());
            changed[0] = static_cast<char>(changed[0] ^ 1);
            return hsm.sign(hash, changed, out);
        },
        reason::signer_wrong);
    fail(
        "it leaves what was there",
        [](digest_algorithm, bytes, writable_bytes out) -> result<std::size_t> {
            return out.size() < 256 ? out.size() : 256;
        },
        reason::signer_wrong);
}

TEST_CASE("a client's signer that signs with another key ends the handshake", "[signer]") {
    if (!detail::build::rsa_signer) {
        check_refused_on_clients(rsa().pem.certificate_pem);
        return;
    }
    device stranger(other_rsa());
    auto c = trusting();
    c.identity = signed_by(rsa(), stranger.by_reference());
    server_options s = showing(ec().identity);
    s.client_auth = client_auth::required;
    s.trust = test::shared_certificates().trust;
    test::pair p(c, s);
    auto const done = p.shake();
    REQUIRE_FALSE(done.client);
    CHECK(done.client.error() == errc::callback);
    CHECK(done.client.error().why() == reason::signer_wrong);
    CHECK(done.client.error().message().view().find("certificate does not verify") != std::string_view::npos);
    REQUIRE_FALSE(done.server);
    CHECK(done.server.error().alert() == alert::internal_error);
}

TEST_CASE("a signer limits its context to TLS 1.2", "[signer]") {
    device hsm(rsa());
    auto const own = signed_by(rsa(), hsm.by_reference());
    auto const made = or_throw(server_context::create(showing(own)));
    CHECK(made.maximum_version() == version::tls1_2);
    auto s = showing(ec().identity);
    CHECK(or_throw(server_context::create(s)).maximum_version() == version::tls1_3);
    s.identities = {ec().identity, own};
    CHECK(or_throw(server_context::create(s)).maximum_version() == version::tls1_2);

    s.maximum_version = version::tls1_2;
    CHECK(server_context::create(s));
    s.maximum_version = version::tls1_3;
    auto refused = server_context::create(s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::unsupported);
    CHECK(refused.error().why() == reason::signer_needs_tls1_2);
    s.maximum_version = {};
    s.minimum_version = version::tls1_3;
    refused = server_context::create(s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why() == reason::signer_needs_tls1_2);
    CHECK(refused.error().message().view().find("from_psa") != std::string_view::npos);

    auto c = trusting();
    c.minimum_version = version::tls1_3;
    test::pair p(c, showing(own)); // who insists on TLS 1.3 is told that there is none
    auto const done = p.shake();
    CHECK(done.client.error() == errc::alert_received);
    CHECK(done.server.error() == errc::handshake_failed);
    CHECK(hsm.asked.empty());
}

TEST_CASE("identities with a signer stand beside others", "[signer]") {
    device hsm(rsa());
    auto const by_signer = signed_by(rsa(), hsm.by_reference());
    server_options s;
    s.identities = {ec().identity, by_signer};
    auto c = trusting();
    SECTION("the own key of one is used") {
        c.signature_algorithms = {signature_scheme::ecdsa_secp256r1_sha256};
        test::pair p(c, s);
        REQUIRE(p.shake().ok());
        CHECK(hsm.asked.empty());
    }
    SECTION("the signer of the other") {
        c.signature_algorithms = {signature_scheme::rsa_pkcs1_sha256, signature_scheme::ecdsa_secp256r1_sha256};
        c.cipher_suites = {cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
        test::pair p(c, s);
        REQUIRE(p.shake().ok());
        CHECK(hsm.asked.size() == 1);
    }
}

TEST_CASE("on_client_hello chooses an identity with a signer only where its context has one", "[signer]") {
    device hsm(rsa());
    auto const own = signed_by(rsa(), hsm.by_reference());
    server_options s = showing(ec().identity);
    s.on_client_hello = [&](client_hello& hello) { hello.use(own); };
    SECTION("not where TLS 1.3 may be spoken") {
        test::pair p(trusting(), s);
        auto const done = p.shake();
        CHECK(done.server.error() == errc::callback);
        CHECK(done.server.error().why() == reason::signer_needs_context);
        CHECK(done.client.error().alert() == alert::internal_error);
        CHECK(hsm.asked.empty());
    }
    SECTION("where it is one of several") {
        s.identities = {ec().identity, own};
        test::pair p(trusting(), s);
        REQUIRE(p.shake().ok());
        CHECK(hsm.asked.size() == 1);
    }
    SECTION("with a context of its own") {
        auto const other = or_throw(server_context::create(showing(own)));
        s.on_client_hello = [&](client_hello& hello) { hello.use(other); };
        test::pair p(trusting(), s);
        REQUIRE(p.shake().ok());
        CHECK(p.client.version() == version::tls1_2);
        CHECK(hsm.asked.size() == 1);
    }
}

TEST_CASE("an identity from a signer is made strictly", "[signer]") {
    device hsm(rsa());
    CHECK(identity::from_signer("", hsm.by_reference()).error() == errc::malformed);
    CHECK(identity::from_signer(rsa().pem.certificate_pem.substr(0, 400), hsm.by_reference()).error() ==
          errc::malformed);
    CHECK(identity::from_signer(rsa().pem.certificate_pem, {}).error().why() == reason::empty_handle);
    CHECK_FALSE(identity().has_signer());
    CHECK_FALSE(rsa().identity.has_signer());
    CHECK(hsm.asked.empty()); // nothing is signed before a handshake
}
