// SPDX-License-Identifier: BSL-1.0
#include <tlspp/protocol.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("versions print as in Python, and are ordered") {
    CHECK(name(version::tls1_2) == "TLSv1.2");
    CHECK(name(version::tls1_3) == "TLSv1.3");
    CHECK(version::tls1_2 < version::tls1_3);
}
