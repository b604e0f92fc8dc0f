// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/time.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

namespace {
std::string text(unix_seconds t) {
    char buffer[40];
    return std::string(buffer, describe_time(t, buffer));
}
} // namespace

TEST_CASE("seconds since 1970", "[time]") {
    CHECK(detail::to_unix(detail::civil_time{1970, 1, 1, 0, 0, 0}) == 0);
    CHECK(detail::to_unix(detail::civil_time{1969, 12, 31, 23, 59, 59}) == -1);
    CHECK(detail::to_unix(detail::civil_time{2000, 2, 29, 12, 0, 0}) == 951825600);
    CHECK(detail::to_unix(detail::civil_time{2038, 1, 19, 3, 14, 8}) == 2147483648); // the first that 32 bits lack
    CHECK(detail::to_unix(detail::civil_time{2100, 3, 1, 0, 0, 0}) == 4107542400);   // 2100 has no leap day
    CHECK(detail::to_unix(detail::civil_time{9999, 12, 31, 23, 59, 59}) == 253402300799);
    CHECK(detail::to_unix(detail::civil_time{0, 1, 1, 0, 0, 0}) == -62167219200);

    mbedtls_x509_time const t{2020, 1, 23, 15, 13, 59};
    CHECK(detail::to_unix(t) == 1579792439);
}

TEST_CASE("dates come back as they were", "[time]") {
    for (std::int64_t day = -719528; day < 2932897; day += 13) {
        auto const c = detail::to_civil(day * 86400 + 86399);
        REQUIRE(detail::to_unix(c) == day * 86400 + 86399);
        REQUIRE((c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31 && c.hour == 23 && c.second == 59));
    }
}

TEST_CASE("times are printed as Python prints them", "[time]") {
    CHECK(text(1579792439) == "Jan 23 15:13:59 2020 GMT");
    CHECK(text(1515144883) == "Jan  5 09:34:43 2018 GMT");
    CHECK(text(0) == "Jan  1 00:00:00 1970 GMT");
    CHECK(text(-1) == "Dec 31 23:59:59 1969 GMT");
    CHECK(text(253402300799) == "Dec 31 23:59:59 9999 GMT");
    char small[7];
    CHECK(describe_time(0, small) == 6);
    CHECK(std::string(small) == "Jan  1");
}
