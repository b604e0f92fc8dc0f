// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/name.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace tlspp;

namespace {
// { C=DE } { O="a, b", CN=x } in one set, { CN = BMPString "ä" }, { 1.2.3 = "?" with a control character }
constexpr char sample[] = "\x30\x46"
                          "\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02"
                          "DE"
                          "\x31\x18\x30\x0b\x06\x03\x55\x04\x0a\x0c\x04"
                          "a, b"
                          "\x30\x09\x06\x03\x55\x04\x03\x13\x02"
                          "xy"
                          "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x1e\x02\x00\xe4"
                          "\x31\x10\x30\x0e\x06\x02\x2a\x03\x0c\x08"
                          "a\x1b[31m\xffz";
bytes der() { return bytes(sample, sizeof sample - 1); }

std::string value(const x509::attribute& a) {
    char buffer[64];
    return std::string(buffer, a.write_value(buffer));
}
} // namespace

TEST_CASE("a distinguished name is a range of attributes", "[name]") {
    x509::distinguished_name const name(der());
    std::vector<x509::attribute> all;
    for (const auto& a : name) {
        all.push_back(a);
    }
    REQUIRE(all.size() == 5);
    CHECK(all[0].short_name() == "C");
    CHECK(all[0].long_name() == "countryName");
    CHECK(value(all[0]) == "DE");
    CHECK_FALSE(all[0].joined);
    CHECK(all[1].long_name() == "organizationName");
    CHECK_FALSE(all[1].joined);
    CHECK(all[2].short_name() == "CN");
    CHECK(all[2].joined);
    CHECK(all[3].encoding == 0x1E);
    CHECK(value(all[3]) == "\xC3\xA4");
    CHECK(all[4].long_name().empty());
    CHECK(value(name.find(x509::oids::common_name)) == "\xC3\xA4"); // the last one
    CHECK(name.find(x509::oids::email_address).value.empty());

    char text[128];
    CHECK(std::string(text, name.describe(text)) == "C=DE, O=a\\, b+CN=xy, CN=\xC3\xA4, 1.2.3=a\\x1B[31m\\xFFz");
    CHECK(name.der().size() == sizeof sample - 1);
    CHECK(name == x509::distinguished_name(der()));
}

TEST_CASE("a broken name ends where it is broken", "[name]") {
    CHECK(x509::distinguished_name().empty());
    CHECK(x509::distinguished_name(bytes("\x30\x00", 2)).empty());
    for (std::size_t n = 0; n != sizeof sample - 1; ++n) {
        std::string cut(sample, n);
        CHECK(x509::distinguished_name(cut).empty()); // its length is wrong
        if (n > 1) {
            cut[1] = static_cast<char>(n - 2);
            CHECK(x509::distinguished_name(cut).size() < 5);
        }
    }
}

TEST_CASE("strings of all kinds become UTF-8", "[name]") {
    auto const utf8 = [](unsigned char encoding, std::string_view raw) {
        char buffer[64];
        return std::string(buffer, detail::write_utf8(encoding, bytes(raw), buffer));
    };
    CHECK(utf8(0x13, "abc") == "abc");
    CHECK(utf8(0x14, "\xE4") == "\xC3\xA4");
    CHECK(utf8(0x1E, {"\x20\xAC\x00\x61", 4}) == "\xE2\x82\xAC"
                                                 "a");
    CHECK(utf8(0x1E, {"\xD8\x3D\xDE\x00", 4}) == "\xF0\x9F\x98\x80");
    CHECK(utf8(0x1E, "\xDE\x01") == "\xEF\xBF\xBD"); // half a pair
    CHECK(utf8(0x1E, "\x20") == "");
    CHECK(utf8(0x1C, {"\x00\x01\xF6\x00", 4}) == "\xF0\x9F\x98\x80");
    CHECK(utf8(0x1C, {"\xFF\x00\x00\x00", 4}) == "\xEF\xBF\xBD");
}
