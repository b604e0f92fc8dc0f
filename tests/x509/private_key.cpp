// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/private_key.hpp>

#include "samples.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace tlspp;

namespace {
int check_same(const private_key& a, const private_key& b) {
    return detail::check_pair(*a.native_handle(), *b.native_handle(), detail::psa_random, nullptr);
}
} // namespace

TEST_CASE("a private key is read from PEM and DER", "[private_key]") {
    auto const key = or_throw(private_key::from_pem(samples::ec_key)); // EC PARAMETERS in front
    REQUIRE(key);
    CHECK(check_same(key, or_throw(private_key::parse(samples::ec_key))) == 0);
    CHECK(check_same(key, or_throw(private_key::parse(std::string(samples::ec_key) + '\0'))) == 0);
    std::string const der = samples::der_of(samples::ec_key);
    CHECK(check_same(key, or_throw(private_key::from_der(der))) == 0);
    CHECK(check_same(key, or_throw(private_key::parse(der))) == 0);
    CHECK(check_same(key, or_throw(private_key::from_pem(samples::ec_key, "not needed"))) == 0);
    CHECK(check_same(key, or_throw(private_key::from_der(der, "not needed"))) == 0);

    auto const other = or_throw(samples::ca().issue_pem({.dns_names = {"a.example"}}));
    CHECK(check_same(key, or_throw(private_key::from_pem(other.certificate_pem + other.key_pem))) != 0);
    auto const rsa =
        or_throw(samples::ca().issue_pem({.dns_names = {"a.example"}, .key_type = dev::key_type::rsa_2048}));
    CHECK(private_key::from_pem(rsa.key_pem));
}

TEST_CASE("an encrypted private key needs its password", "[private_key]") {
    auto const key = or_throw(private_key::from_pem(samples::ec_key));
    std::string const der = samples::der_of(samples::encrypted_key);
    CHECK(check_same(key, or_throw(private_key::from_pem(samples::encrypted_key, "secret"))) == 0);
    CHECK(check_same(key, or_throw(private_key::from_der(der, "secret"))) == 0);

    for (auto const& read : {private_key::from_pem(samples::encrypted_key), private_key::from_der(der)}) {
        REQUIRE_FALSE(read);
        CHECK(read.error() == errc::password);
        CHECK(read.error().why() == reason::password_missing);
    }
    // wrong ones: one in 256 decrypts to correct padding, and must be refused as well
    for (int i = 0; i != 600; ++i) {
        std::string const wrong = "secret" + std::to_string(i);
        auto const from_pem = private_key::from_pem(samples::encrypted_key, wrong);
        REQUIRE_FALSE(from_pem);
        REQUIRE(from_pem.error() == errc::password);
        REQUIRE(from_pem.error().why() == reason::password_wrong);
    }
    CHECK(private_key::from_der(der, "Secret").error().why() == reason::password_wrong);
    CHECK(private_key::from_der(der + 'x', "secret").error().why() == reason::trailing_bytes);
}

TEST_CASE("what is no private key is refused", "[private_key]") {
    CHECK(private_key::parse("").error() == errc::malformed);
    CHECK(private_key::from_der("").error() == errc::malformed);
    CHECK(private_key::from_pem("").error().why() == reason::no_key_in_file);
    CHECK(private_key::from_pem("-----BEGIN EC PRIVATE KEY-----\n").error() == errc::malformed);
    CHECK(private_key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error() ==
          errc::malformed);
    CHECK(private_key::from_pem(samples::ca().certificate_pem()).error().why() == reason::no_key_in_file);
    CHECK(private_key::from_der(or_throw(samples::ca().certificate()).der()).error() != errc::out_of_memory);
    CHECK(private_key::from_pem(samples::ed25519_key).error() == errc::unsupported);
    CHECK(private_key::from_pem(samples::scrypt_key, "secret").error() == errc::unsupported);
    CHECK(private_key::from_pem(samples::scrypt_key, "secret").error().why() == reason::key_unsupported);

    SECTION("cut anywhere") {
        for (auto const& whole : {samples::der_of(samples::ec_key), samples::der_of(samples::encrypted_key)}) {
            for (std::size_t n = 0; n != whole.size(); ++n) {
                std::string const cut = whole.substr(0, n);
                REQUIRE_FALSE(private_key::from_der(cut, "secret"));
            }
        }
        for (std::size_t n = 0; n + 1 != samples::ec_key.size(); ++n) {
            REQUIRE_FALSE(private_key::from_pem(std::string(samples::ec_key.substr(0, n))));
        }
    }
    SECTION("one byte wrong: never a crash") {
        std::string const whole = samples::der_of(samples::ec_key);
        for (std::size_t n = 0; n != whole.size(); ++n) {
            std::string bad = whole;
            bad[n] = static_cast<char>(bad[n] ^ 0x55);
            (void)private_key::from_der(bad);
        }
    }
}

TEST_CASE("a private key is read from a file", "[private_key]") {
    test::temporary_folder const folder;
    auto const pem = folder.write("key.pem", samples::encrypted_key);
    CHECK(private_key::from_file(pem, "secret"));
    CHECK(private_key::from_file(folder.write("key.der", samples::der_of(samples::ec_key))));

    auto const no_password = private_key::from_file(pem);
    REQUIRE_FALSE(no_password);
    CHECK(no_password.error().why() == reason::password_missing);
    CHECK(no_password.error().message().view().find("key.pem") != std::string_view::npos);
    CHECK(private_key::from_file(pem, "wrong").error().message().view().find("does not decrypt") !=
          std::string_view::npos);

    auto const missing = private_key::from_file(folder.path_of("missing.pem"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::file);
    CHECK(missing.error().system() == ENOENT);
    CHECK(missing.error().message().view().find("missing.pem") != std::string_view::npos);
    CHECK(private_key::from_file(folder.path()).error().why() == reason::is_directory);
    CHECK(private_key::from_file(folder.write("empty.pem", "")).error().why() == reason::empty_file);
    CHECK(private_key::from_file("").error().why() == reason::bad_path);
    CHECK(private_key::from_file(std::string_view("a\0b", 3)).error().why() == reason::bad_path);
    CHECK(private_key::from_file(std::string(5000, 'x')).error().why() == reason::bad_path);
}

TEST_CASE("a private key handle", "[private_key]") {
    private_key empty;
    CHECK_FALSE(empty);
    CHECK(empty.native_handle() == nullptr);
    auto key = or_throw(private_key::from_pem(samples::ec_key));
    auto const copy = key;
    CHECK(copy.native_handle() == key.native_handle());
    auto const moved = std::move(key);
    CHECK_FALSE(key); // NOLINT: what a moved-from handle is, is promised
    CHECK(moved.native_handle() == copy.native_handle());
}
