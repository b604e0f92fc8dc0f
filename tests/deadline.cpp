// SPDX-License-Identifier: BSL-1.0
#include <tlspp/deadline.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string>

using namespace tlspp;
using namespace std::chrono_literals;

namespace {
struct options {
    timeout limit = timeout::none;
};
} // namespace

TEST_CASE("a timeout is a number of milliseconds or any duration, rounded up") {
    STATIC_REQUIRE(timeout{5000}.milliseconds() == 5000);
    STATIC_REQUIRE(timeout{5000U} == timeout{5s});
    STATIC_REQUIRE(options{.limit = 5000}.limit == options{.limit = 5s}.limit);
    STATIC_REQUIRE(timeout{2min}.milliseconds() == 120'000);
    STATIC_REQUIRE(timeout{1us}.milliseconds() == 1);
    STATIC_REQUIRE(timeout{1000us}.milliseconds() == 1);
    STATIC_REQUIRE(timeout{1001us}.milliseconds() == 2);
    STATIC_REQUIRE(timeout{0ns}.milliseconds() == 0);
    STATIC_REQUIRE(timeout{1.5s}.milliseconds() == 1500);
    STATIC_REQUIRE(timeout{0.0001s}.milliseconds() == 1);
    STATIC_REQUIRE(timeout{std::chrono::duration<int, std::ratio<1, 3>>{1}}.milliseconds() == 334);
    STATIC_REQUIRE(timeout{std::chrono::years{1}}.milliseconds() == 31'556'952'000);
}

TEST_CASE("a timeout does not wrap around") {
    STATIC_REQUIRE(timeout{-1}.milliseconds() == 0);
    STATIC_REQUIRE(timeout{-1s}.milliseconds() == 0);
    STATIC_REQUIRE(timeout{-0.5s}.milliseconds() == 0);
    STATIC_REQUIRE(timeout{std::numeric_limits<std::int64_t>::min()}.milliseconds() == 0);
    STATIC_REQUIRE(timeout{std::numeric_limits<std::uint64_t>::max()}.is_none());
    STATIC_REQUIRE(timeout{std::chrono::hours::max()}.is_none());
    STATIC_REQUIRE(timeout{std::chrono::seconds::max()}.is_none());
    STATIC_REQUIRE(timeout{std::chrono::duration<long double>{1e30L}}.is_none());
    STATIC_REQUIRE_FALSE(timeout{std::chrono::nanoseconds::max()}.is_none());
    STATIC_REQUIRE(timeout{std::chrono::duration<std::int64_t, std::exa>{1}}.is_none());
    STATIC_REQUIRE(timeout{std::chrono::duration<std::int64_t, std::atto>{1}}.milliseconds() == 1);
    CHECK(timeout{std::chrono::duration<double>{std::nan("")}}.milliseconds() == 0);
    CHECK(timeout{std::chrono::duration<double>{INFINITY}}.is_none());
}

TEST_CASE("what is neither a number nor a duration is no timeout") {
    STATIC_REQUIRE_FALSE(std::convertible_to<bool, timeout>);
    STATIC_REQUIRE_FALSE(std::convertible_to<std::string, timeout>);
    STATIC_REQUIRE_FALSE(std::convertible_to<std::chrono::steady_clock::time_point, timeout>);
    STATIC_REQUIRE_FALSE(std::convertible_to<timeout, deadline>); // it would begin to run unseen
}

TEST_CASE("a deadline runs from when it was made") {
    CHECK(deadline::never.remaining().is_none());
    CHECK_FALSE(deadline::never.passed());
    CHECK(deadline{timeout::none}.is_never());
    CHECK(deadline{0}.passed());
    CHECK(deadline{-5s}.passed());
    CHECK(deadline{0}.remaining().milliseconds() == 0);

    deadline const distant{1h};
    CHECK_FALSE(distant.passed());
    CHECK(distant.remaining().milliseconds() <= 3'600'000);
    CHECK(distant.remaining().milliseconds() > 3'000'000);

    auto const start = std::chrono::steady_clock::now();
    deadline const close_by{20ms};
    while (!close_by.passed()) {
    }
    auto const took = std::chrono::steady_clock::now() - start;
    CHECK(took >= 19ms); // both clocks round down
    CHECK(took < 10s);
    CHECK(close_by.remaining().milliseconds() == 0);
    CHECK(deadline{timeout{std::numeric_limits<std::int64_t>::max() - 1}}.is_never());
}
