// SPDX-License-Identifier: BSL-1.0
#include <tlspp/alert.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("alerts have the numbers of the wire and the names of the RFC") {
    CHECK(static_cast<int>(alert::handshake_failure) == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
    CHECK(static_cast<int>(alert::unknown_ca) == MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA);
    CHECK(static_cast<int>(alert::no_application_protocol) == MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL);
    CHECK(name(alert::unknown_ca) == "unknown_ca");
    CHECK(name(static_cast<alert>(200)).empty());
}
