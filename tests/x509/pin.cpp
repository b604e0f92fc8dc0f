// SPDX-License-Identifier: BSL-1.0
#include "samples.hpp"

#include <tlspp/x509/pin.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>

using namespace tlspp;

namespace {
// SHA-256 of nothing
constexpr std::string_view empty_hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
constexpr spki_pin literal{"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
static_assert(literal.hash()[0] == std::byte{0xE3} && literal.hash()[31] == std::byte{0x55});

std::string text_of(const spki_pin& pin) {
    char text[64];
    return {text, pin.describe(text)};
}
} // namespace

TEST_CASE("a pin is read with and without its prefix", "[pin]") {
    auto const hash = or_throw(detail::sha256({}));
    for (std::string const prefix : {"", "sha256/", "sha256//"}) {
        auto const pin = spki_pin::parse(prefix + std::string(empty_hash));
        REQUIRE(pin);
        CHECK(pin->hash() == hash);
        CHECK(*pin == literal);
    }
    CHECK(or_throw(spki_pin::from_hash(hash)) == literal);
}

TEST_CASE("a hash may begin with a slash", "[pin]") {
    std::string const hash = "/7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    auto const bare = or_throw(spki_pin::parse(hash));
    CHECK(bare == or_throw(spki_pin::parse("sha256/" + hash)));
    CHECK(bare == or_throw(spki_pin::parse("sha256//" + hash)));
    CHECK(text_of(bare) == "sha256/" + hash);
}

TEST_CASE("what is no pin is refused with its text", "[pin]") {
    std::string const good(empty_hash);
    for (std::string const& bad :
         {std::string(), std::string("sha256/"), good.substr(1), good + "=", "sha1/" + good, "sha256:" + good,
          "SHA256/" + good, good.substr(0, 43),
          good.substr(0, 42) + "==", good.substr(0, 42) + "V=", " " + good.substr(1),
          good.substr(0, 20) + "-" + good.substr(21), good.substr(0, 20) + "=" + good.substr(21)}) {
        INFO(bad);
        auto const pin = spki_pin::parse(bad);
        REQUIRE_FALSE(pin);
        CHECK(pin.error() == errc::invalid_argument);
        CHECK(pin.error().why() == reason::pin_malformed);
    }
    std::array<std::byte, 31> const shorter{};
    CHECK(spki_pin::from_hash(shorter).error() == errc::invalid_argument);
}

TEST_CASE("a pin is that of the key, not of the certificate", "[pin]") {
    auto const key = or_throw(samples::ca().issue_pem({.dns_names = {"a.example"}})).key_pem;
    auto const one = or_throw(spki_pin::of(samples::issue({.dns_names = {"a.example"}, .key_pem = key})));
    auto const renewed = or_throw(spki_pin::of(samples::issue({.dns_names = {"b.example"}, .key_pem = key})));
    auto const other = or_throw(spki_pin::of(samples::issue({.dns_names = {"a.example"}})));
    CHECK(one == renewed);
    CHECK_FALSE(one == other);
    CHECK(or_throw(spki_pin::parse(text_of(one))) == one);
    CHECK(spki_pin::of(certificate()).error().why() == reason::empty_handle);
}

TEST_CASE("the text of a pin is cut where it does not fit", "[pin]") {
    char small[10];
    CHECK(literal.describe(small) == 9);
    CHECK(std::string(small) == "sha256/47");
    CHECK(text_of(literal) == "sha256/" + std::string(empty_hash));
}
