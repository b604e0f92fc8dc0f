// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/identity.hpp>

#include "samples.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("an identity is a chain and its key", "[identity]") {
    auto const inter = or_throw(samples::ca().intermediate({.common_name = "Intermediate"}));
    auto const made = or_throw(inter.issue_pem({.dns_names = {"a.example"}, .ip_addresses = {"192.0.2.1"}}));
    auto const id = or_throw(identity::from_pem(made.certificate_pem, made.key_pem));
    REQUIRE(id);
    CHECK(id.chain_size() == 2);
    CHECK(id.key_handle() != nullptr);
    CHECK(or_throw(id.leaf()) == or_throw(certificate::from_pem(made.certificate_pem)));
    CHECK(bytes(id.chain_handle()->next->raw.p, id.chain_handle()->next->raw.len).text() ==
          or_throw(inter.certificate()).der().text());

    SECTION("from files") {
        test::temporary_folder const folder;
        auto const cert = folder.write("site.pem", made.certificate_pem);
        auto const key = folder.write("site.key", made.key_pem);
        CHECK(or_throw(identity::from_files(cert, key)).chain_size() == 2);
        auto const both = folder.write("both.pem", made.certificate_pem + made.key_pem);
        CHECK(or_throw(identity::from_files(both)).chain_size() == 2);
        CHECK(or_throw(identity::from_files(both, both)).chain_size() == 2);
        CHECK(identity::from_files(cert).error().why() == reason::no_key_in_file);
        CHECK(identity::from_files(key, key).error().why() == reason::no_certificate_in_file);
        auto const missing = identity::from_files(folder.path_of("no.pem"), key);
        CHECK(missing.error() == errc::file);
        CHECK(missing.error().subject().ends_with("no.pem"));
        CHECK(identity::from_files(cert, folder.path_of("no.key")).error().subject().ends_with("no.key"));
        CHECK(identity::from_files(folder.path(), key).error().why() == reason::is_directory);
        auto const swapped = identity::from_files(cert, folder.write("other.key", samples::ec_key));
        CHECK(swapped.error() == errc::key_mismatch);
        CHECK(swapped.error().message().view().find("site.pem") != std::string_view::npos);
        auto const locked = folder.write("locked.key", samples::encrypted_key);
        CHECK(identity::from_files(cert, locked, "wrong").error() == errc::password);
        CHECK(identity::from_files(cert, locked, "secret").error() == errc::key_mismatch);
    }
    SECTION("from DER, without intermediates") {
        auto const leaf = or_throw(id.leaf());
        auto const der = leaf.der();
        auto const from_der = or_throw(identity::from_der(der, samples::der_of(made.key_pem)));
        CHECK(from_der.chain_size() == 1);
        CHECK(identity::from_der(der, samples::der_of(samples::ec_key)).error() == errc::key_mismatch);
        CHECK(identity::from_der(std::string(der.text()) + "x", samples::der_of(made.key_pem)).error().why() ==
              reason::trailing_bytes);
        CHECK(identity::from_der("", samples::der_of(made.key_pem)).error() == errc::malformed);
        CHECK(identity::from_der(der, "").error() == errc::malformed);
    }
    SECTION("with a key that was read before") {
        auto key = or_throw(private_key::from_pem(made.key_pem));
        CHECK(identity::from_key(made.certificate_pem, key));
        CHECK(identity::from_key(made.certificate_pem, private_key()).error().why() == reason::empty_handle);
    }
    SECTION("every certificate must parse") {
        auto const broken = made.certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        CHECK(identity::from_pem(broken, made.key_pem).error() == errc::malformed);
        auto const cut = made.certificate_pem.substr(0, made.certificate_pem.size() - 40);
        CHECK(identity::from_pem(cut, made.key_pem).error() == errc::malformed);
        CHECK(identity::from_pem("", made.key_pem).error() == errc::malformed);
    }
    SECTION("the key is compared with the first certificate only") {
        auto const first = made.certificate_pem;

        CHECK(identity::from_pem(inter.certificate_pem() + first, made.key_pem).error() == errc::key_mismatch);
    }
}

TEST_CASE("an identity tells whether a name is its own", "[identity]") {
    auto const id = or_throw(samples::ca().issue(
        {.dns_names = {"a.example", "*.b.example"}, .ip_addresses = {"192.0.2.1"}, .common_name = "cn.example"}));
    CHECK(id.matches("A.Example"));
    CHECK(id.matches("x.b.example"));
    CHECK_FALSE(id.matches("b.example"));
    CHECK_FALSE(id.matches("cn.example"));
    CHECK_FALSE(id.matches(""));
    CHECK_FALSE(id.matches("192.0.2.1")); // a text is a host name here
    CHECK(id.matches(or_throw(server_name::parse("192.0.2.1"))));
    CHECK_FALSE(id.matches(or_throw(server_name::parse("192.0.2.2"))));
    CHECK(id.matches(or_throw(server_name::parse("a.example."))));
    CHECK_FALSE(identity().matches("a.example"));
}

TEST_CASE("an identity handle", "[identity]") {
    identity empty;
    CHECK_FALSE(empty);
    CHECK(empty.chain_handle() == nullptr);
    CHECK(empty.key_handle() == nullptr);
    CHECK(empty.chain_size() == 0);
    auto id = or_throw(samples::ca().issue({.dns_names = {"a.example"}}));
    auto const copy = id;
    CHECK(copy == id);
    auto const moved = std::move(id);
    CHECK_FALSE(id); // NOLINT: what a moved-from handle is, is promised
    CHECK(moved == copy);
}
