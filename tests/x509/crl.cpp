// SPDX-License-Identifier: BSL-1.0
#include "samples.hpp"

#include <tlspp/x509/crl.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>

using namespace tlspp;

namespace {
std::vector<std::byte> der(unsigned char tag, std::string_view content) {
    std::string all{static_cast<char>(tag), static_cast<char>(content.size())};
    return samples::octets(all.append(content));
}
dev::extension extension(std::string oid, std::vector<std::byte> content, bool critical = true) {
    return {std::move(oid), std::move(content), critical};
}
std::string pem(const std::vector<std::string>& revoked = {}, const dev::crl_options& options = {}) {
    return or_throw(samples::ca().crl_pem(revoked, options));
}
reason refusal(const dev::crl_options& options, const std::vector<std::string>& revoked = {}) {
    auto const read = crl::from_pem(pem(revoked, options));
    REQUIRE_FALSE(read);
    CHECK_FALSE(std::string(read.error().message().view()).empty());
    return read.error().why();
}
constexpr auto distribution_point = "2.5.29.28";
constexpr auto delta_indicator = "2.5.29.27";
constexpr auto crl_number = "2.5.29.20";
} // namespace

TEST_CASE("a CRL as data", "[crl]") {
    auto const text =
        pem({"0A", "80", "0102030405"}, {.this_update = 1'700'000'000,
                                         .next_update = 1'800'000'000,
                                         .number = "1234",
                                         .entry_extensions = {extension("2.5.29.21", der(0x0A, "\x01"), false)}});
    auto const list = or_throw(crl::from_pem(text));
    CHECK(list.issuer() == or_throw(samples::ca().certificate()).subject());
    CHECK(list.this_update() == 1'700'000'000);
    CHECK(list.next_update() == 1'800'000'000);
    CHECK(samples::hex(list.number()) == "1234");
    CHECK(detail::same_bytes(list.authority_key_identifier(),
                             or_throw(samples::ca().certificate()).subject_key_identifier()));
    CHECK(list.size() == 3);
    auto const found = list.find(samples::octets("\x0A"));
    REQUIRE(found);
    CHECK(found->revoked_at == 1'700'000'000);
    CHECK(found->code == 1U);
    CHECK(samples::hex(found->serial_number) == "0a");
    CHECK(list.find(samples::octets("\x80"))); // 0080 in DER: leading zeros do not count
    CHECK(list.find(samples::octets(std::string_view("\0\0\x0A", 3))));
    CHECK_FALSE(list.find(samples::octets("\x0B")));
    CHECK_FALSE(list.find(samples::octets("\x01\x02\x03\x04")));
    CHECK_FALSE(list.find({}));
    CHECK(or_throw(crl::from_der(list.der())) == list);
    CHECK(list.native_handle()->next == nullptr);
}

TEST_CASE("an entry without reason, and a list without entries", "[crl]") {
    CHECK_FALSE(or_throw(crl::from_pem(pem({"0A"}))).find(samples::octets("\x0A"))->code);
    auto const empty = or_throw(crl::from_pem(pem()));
    CHECK(empty.size() == 0);
    CHECK_FALSE(empty.find(samples::octets("\x0A")));
    CHECK_FALSE(empty.find({}));
    CHECK_FALSE(crl());
    CHECK(crl() == crl());
    CHECK_FALSE(crl() == empty);
}

TEST_CASE("dates beyond 2049 and before 1970 are read", "[crl]") {
    auto const list = or_throw(crl::from_pem(pem({}, {.this_update = -86'400, .next_update = 253'402'300'799})));
    CHECK(list.this_update() == -86'400);
    CHECK(list.next_update() == 253'402'300'799);
}

TEST_CASE("lists that cannot be relied on are refused, and told apart", "[crl]") {
    bool const critical = GENERATE(true, false);
    // indirectCRL [4] TRUE
    CHECK(refusal({.extensions = {extension(distribution_point, der(0x30, "\x84\x01\xFF"), critical)}}) ==
          reason::crl_indirect);
    // onlyContainsUserCerts [1] TRUE; onlyContainsCACerts [2] TRUE; onlySomeReasons [3] keyCompromise
    for (std::string_view limit : {"\x81\x01\xFF", "\x82\x01\xFF", "\x83\x02\x06\x40"}) {
        CHECK(refusal({.extensions = {extension(distribution_point, der(0x30, limit), critical)}}) ==
              reason::crl_partial);
    }
    // distributionPoint [0] { fullName [0] { URI "a" } }
    CHECK(refusal({.extensions = {extension(distribution_point,
                                            der(0x30, "\xA0\x05\xA0\x03\x86\x01"
                                                      "a"),
                                            critical)}}) == reason::crl_partial);
    CHECK(refusal({.extensions = {extension(delta_indicator, der(0x02, "\x01"), critical)}}) == reason::crl_delta);
    CHECK(refusal({.without_extensions = {crl_number}}) == reason::crl_without_number);
    CHECK(refusal({.has_next_update = false}) == reason::crl_without_next_update);
    CHECK(refusal({.extensions = {extension(crl_number, der(0x04, "\x01"), critical)}}) == reason::crl_malformed);
}

TEST_CASE("critical extensions that are not understood, of the list and of an entry", "[crl]") {
    auto const unknown = extension("1.2.3.4", der(0x05, ""));
    CHECK(refusal({.extensions = {unknown}}) == reason::crl_critical);
    CHECK(refusal({.entry_extensions = {unknown}}, {"0A"}) == reason::crl_critical);
    // certificateIssuer, which means that the entry is for another issuer
    CHECK(refusal({.entry_extensions = {extension("2.5.29.29", der(0x30, "\x86\x01"
                                                                         "a"))}},
                  {"0A"}) == reason::crl_critical);
    auto const harmless = extension("1.2.3.4", der(0x05, ""), false);
    CHECK(crl::from_pem(pem({"0A"}, {.extensions = {harmless}, .entry_extensions = {harmless}})));
}

TEST_CASE("what is no CRL is refused", "[crl]") {
    auto const good = or_throw(crl::from_pem(pem({"0A", "0B"})));
    std::string const whole(good.der().text());
    CHECK(crl::from_der(whole + '\0').error().why() == reason::trailing_bytes);
    for (std::size_t n = 0; n != whole.size(); ++n) {
        auto const cut = crl::from_der(std::string_view(whole).substr(0, n));
        REQUIRE_FALSE(cut);
        CHECK(cut.error() == errc::malformed);
    }
    CHECK(crl::from_pem("").error().why() == reason::no_pem);
    CHECK(crl::from_pem(samples::ca().certificate_pem()).error().why() == reason::no_pem);
    CHECK_FALSE(crl::from_der(or_throw(samples::ca().certificate()).der()));
    CHECK(crl::from_pem("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n").error() == errc::malformed);
    CHECK(crl::from_pem("-----BEGIN X509 CRL-----\nMIIB").error() == errc::malformed);
}

TEST_CASE("no changed byte crashes the reader, nor is one taken for a list without limits that has some", "[crl]") {
    std::string whole(or_throw(crl::from_pem(pem({"0A", "0B"}))).der().text());
    for (std::size_t i = 0; i != whole.size(); ++i) {
        for (unsigned const flip : {0x01U, 0x20U, 0x80U, 0xFFU}) {
            std::string changed = whole;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ flip);
            if (auto const read = crl::from_der(changed)) {
                CHECK(read->size() <= 2);
                (void)read->find(samples::octets("\x0A"));
            }
        }
    }
}
