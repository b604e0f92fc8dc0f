// SPDX-License-Identifier: BSL-1.0
#include <tlspp/cert_time.hpp>

#include "support/variable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <clocale>
#include <ctime>
#include <string>

using namespace tlspp;

TEST_CASE("times of certificates", "[py:BasicSocketTests.test_cert_time_to_seconds][same]") {
    struct row {
        const char* text;
        unix_seconds seconds;
    };
    auto const r = GENERATE(values<row>({
        {"Jan  5 09:34:43 2018 GMT", 1515144883},
        {"Jan 05 09:34:43 2018 GMT", 1515144883},
        {"Jan 5 09:34:43 2018 GMT", 1515144883},
        {"JaN  5 09:34:43 2018 GmT", 1515144883},
        {"May  9 00:00:00 2007 GMT", 1178668800},
        {"Jan  1 00:00:00 2009 GMT", 1230768000},
        {"Dec 31 23:59:60 2008 GMT", 1230768000},
        {"Jan  5 09:34:59 2018 GMT", 1515144899},
        {"Jan  5 09:34:60 2018 GMT", 1515144900},
        {"Jan  5 09:34:61 2018 GMT", 1515144901},
        {"Feb 29 12:00:00 2024 GMT", 1709208000},
        {"Jan  1 00:00:00 1970 GMT", 0},
        {"Dec 31 23:59:59 1969 GMT", -1},
        {"Dec 31 23:59:59 9999 GMT", 253402300799},
    }));
    CAPTURE(r.text);
    auto const read = cert_time_to_seconds(r.text);
    REQUIRE(read);
    CHECK(*read == r.seconds);
}

TEST_CASE("what is no time of a certificate", "[py:BasicSocketTests.test_cert_time_to_seconds][same]") {
    std::string const text = GENERATE(
        "", "Jan", "Jan  5 09:34 2018 GMT", "Jan  5 09:34:43 2018", "Jan  5 09:34:43 2018 UTC",
        "Jan 35 09:34:43 2018 GMT", "Jan  0 09:34:43 2018 GMT", "Jon  5 09:34:43 2018 GMT", "Jan  5 24:00:00 2018 GMT",
        "Jan  5 09:60:43 2018 GMT", "Jan  5 09:34:62 2018 GMT", "Jan  5 09:34:43 2018 GMT+1", "Jan  5 09:34:43 18 GMT",
        " Jan  5 09:34:43 2018 GMT", "Jan5 09:34:43 2018 GMT", "Jan  5 09:34:43 20180 GMT", "Feb 29 00:00:00 2023 GMT",
        "Apr 31 00:00:00 2023 GMT", "Jan  5 -9:34:43 2018 GMT", "Jan  5 09:34:43 2018GMT", "1 Jan 2018");
    CAPTURE(text);
    auto const read = cert_time_to_seconds(text);
    REQUIRE_FALSE(read);
    CHECK(read.error() == errc::malformed);
    CHECK(read.error().why() == reason::time_malformed);
}

TEST_CASE("times read back as they were written") {
    auto const seconds = GENERATE(take(200, random<unix_seconds>(-62'000'000'000, 253'402'300'799)));
    char text[32];
    auto const size = describe_time(seconds, text);
    auto const padded = std::string_view(text, size);
    CAPTURE(padded);
    if (seconds < -30'610'224'000) {
        return; // years of three digits are not written with four
    }
    CHECK(cert_time_to_seconds(padded) == seconds);
}

TEST_CASE("times do not depend on the time zone of the process",
          "[py:BasicSocketTests.test_cert_time_to_seconds_timezone][same]") {
    for (const char* zone : {"UTC", "Pacific/Auckland", "UTC+8"}) {
        test::variable const set("TZ", zone);
        ::tzset();
        CHECK(cert_time_to_seconds("May  9 00:00:00 2007 GMT") == 1178668800);
        CHECK(cert_time_to_seconds("Jan  5 09:34:43 2018 GMT") == 1515144883);
    }
    ::tzset();
}

TEST_CASE("times do not depend on the locale", "[py:BasicSocketTests.test_cert_time_to_seconds_locale][same]") {
    std::string const before = std::setlocale(LC_ALL, nullptr);
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8", "C"}) { // those that this machine has
        if (std::setlocale(LC_ALL, name) != nullptr) {
            CHECK(cert_time_to_seconds("May  9 00:00:00 2007 GMT") == 1178668800);
            CHECK_FALSE(cert_time_to_seconds("Mai  9 00:00:00 2007 GMT"));
            CHECK_FALSE(cert_time_to_seconds("mai.  9 00:00:00 2007 GMT"));
            CHECK(cert_time_to_seconds("APRIL  9 00:00:00 2007 GMT").has_value() == false);
            CHECK(cert_time_to_seconds("JUN  9 00:00:00 2007 GMT")); // Turkish has another lower case of I
        }
    }
    (void)std::setlocale(LC_ALL, before.c_str());
}
