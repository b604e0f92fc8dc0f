// SPDX-License-Identifier: BSL-1.0
#include <tlspp/config.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("the switches have a value each") {
    STATIC_REQUIRE((TLSPP_EXCEPTIONS == 0 || TLSPP_EXCEPTIONS == 1));
    STATIC_REQUIRE((TLSPP_SENTENCES == 0 || TLSPP_SENTENCES == 1));
    STATIC_REQUIRE((TLSPP_INSPECTOR == 0 || TLSPP_INSPECTOR == 1));
    STATIC_REQUIRE(TLSPP_SOCKETS == 1); // the suite runs on hosts with sockets
}
