// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/fault.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

namespace {
detail::fault fails() { return detail::refused{errc::invalid_argument, reason::alpn_too_long, -0x7100}.about("h2"); }
} // namespace

TEST_CASE("a fault is nothing, or the error that it was made from") {
    CHECK_FALSE(detail::fault());
    CHECK_FALSE(detail::fault(result<int>(7)));
    CHECK_FALSE(detail::fault(result<void>()));
    auto const why = fails();
    REQUIRE(why);
    CHECK(why.what() == errc::invalid_argument);
    CHECK(why.what().why() == reason::alpn_too_long);
    CHECK(why.what().mbedtls_code() == -0x7100);
    CHECK(why.what().subject() == "h2");
    detail::fault const passed = result<int>(std::unexpected(error(errc::no_trust)));
    REQUIRE(passed);
    CHECK(passed.what() == errc::no_trust);
    CHECK(detail::fault(error(errc::want_read)).what() == errc::want_read);
}
