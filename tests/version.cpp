// SPDX-License-Identifier: BSL-1.0
#include <tlspp/version.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

TEST_CASE("the version's number and text say the same") {
    std::string const text = std::to_string(TLSPP_VERSION_MAJOR) + "." + std::to_string(TLSPP_VERSION_MINOR) + "." +
                             std::to_string(TLSPP_VERSION_PATCH);
    CHECK(text == TLSPP_VERSION_STRING);
    STATIC_REQUIRE(TLSPP_VERSION == TLSPP_VERSION_MAJOR * 10000 + TLSPP_VERSION_MINOR * 100 + TLSPP_VERSION_PATCH);
}
