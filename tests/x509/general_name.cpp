// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/general_name.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace tlspp;
using kind = x509::general_name_kind;

namespace {
std::string text(const x509::general_name& n) {
    char buffer[128];
    return std::string(buffer, n.describe(buffer));
}
constexpr char sample[] = "\x82\x01"
                          "a"
                          "\x87\x04\xC0\x00\x02\x01"
                          "\xA4\x0F\x30\x0D\x31\x0B\x30\x09\x06\x03\x55\x04\x06\x13\x02"
                          "DE"
                          "\x88\x02\x2A\x03"
                          "\xA0\x08\x06\x02\x2A\x03\xA0\x02\x05\x00";
} // namespace

TEST_CASE("general names of all kinds", "[general_name]") {
    x509::general_names const names(x509::general_name_cursor(bytes(sample, sizeof sample - 1)));
    REQUIRE(names.size() == 5);
    std::vector<x509::general_name> all;
    for (const auto& n : names) {
        all.push_back(n);
    }
    CHECK(all[0].kind() == kind::dns);
    CHECK(all[0].text() == "a");
    CHECK(all[0].address().empty());
    CHECK(all[0].directory().empty());
    CHECK(text(all[0]) == "DNS:a");
    CHECK(all[1].kind() == kind::ip);
    CHECK(all[1].text().empty());
    CHECK(all[1].address().size() == 4);
    CHECK(text(all[1]) == "IP Address:192.0.2.1");
    CHECK(all[2].kind() == kind::directory);
    CHECK(all[2].directory().size() == 1);
    CHECK(text(all[2]) == "DirName:C=DE");
    CHECK(text(all[3]) == "Registered ID:1.2.3");
    CHECK(all[4].type() == x509::oid("\x2A\x03"));
    CHECK(text(all[4]) == "othername:1.2.3");
    CHECK(all[0] == all[0]);
    CHECK_FALSE(all[0] == x509::general_name(kind::uri, all[0].value()));
}

TEST_CASE("general names that are none", "[general_name]") {
    auto const count = [](std::string_view der) {
        return x509::general_names(x509::general_name_cursor(bytes(der))).size();
    };
    CHECK(count("") == 0);
    CHECK(count("\x82\x05"
                "a") == 0);            // cut
    CHECK(count("\x02\x01\x01") == 0); // no context tag
    CHECK(count("\x89\x01\x01") == 0); // [9] is not defined
    CHECK(count("\x82\x01"
                "a\x82") == 1);
    CHECK(text(x509::general_name(kind::ip, "abc")) == "IP Address:<invalid>");
    CHECK(text(x509::general_name(kind::dns, "a\n\x1b]0;b")) == "DNS:a\\x0A\\x1B]0;b");
    CHECK(text(x509::general_name(kind::x400_address, "")) == "X400Name:<unsupported>");
}
