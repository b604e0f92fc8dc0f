// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/oid.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

namespace {
std::string dotted(std::string_view der) {
    char buffer[128];
    return std::string(buffer, x509::oid(der).describe(buffer));
}
} // namespace

TEST_CASE("object identifiers are written with dots", "[oid]") {
    CHECK(dotted("\x55\x04\x03") == "2.5.4.3");
    CHECK(dotted({"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B", 9}) == "1.2.840.113549.1.1.11");
    CHECK(dotted({"\x00", 1}) == "0.0");
    CHECK(dotted("\x27") == "0.39");
    CHECK(dotted("\x28") == "1.0");
    CHECK(dotted("\x4F") == "1.39");
    CHECK(dotted("\x50") == "2.0");
    CHECK(dotted("\x88\x37\x03") == "2.999.3");
    CHECK(dotted("") == "");
    CHECK(dotted("\x2A\x86") == "1.2"); // cut: what there is
    CHECK(dotted("\x2A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\x01") == "1.2.?.1");
    char small[4];
    CHECK(x509::oid("\x55\x04\x03").describe(small) == 3);
}

TEST_CASE("object identifiers compare by value", "[oid]") {
    CHECK(x509::oid("\x55\x04\x03") == x509::oids::common_name);
    CHECK_FALSE(x509::oid("\x55\x04\x04") == x509::oids::common_name);
    CHECK(x509::oid().empty());
}
