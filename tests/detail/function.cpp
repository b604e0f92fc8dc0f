// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/function.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

using tlspp::detail::function;

TEST_CASE("a function calls what it was given", "[function]") {
    function<int(int, int)> const add = [](int a, int b) { return a + b; };
    REQUIRE(add);
    CHECK(add(2, 3).value() == 5);
    function<void(int&)> const raise = [](int& n) { ++n; };
    int n = 1;
    CHECK(raise(n).has_value());
    CHECK(n == 2);
}

TEST_CASE("an empty function is false", "[function]") {
    function<void()> const none;
    CHECK_FALSE(none);
    CHECK_FALSE(none.failed());
    void (*null)() = nullptr;
    CHECK_FALSE(function<void()>(null));
}

TEST_CASE("copies share one object, and the last one destroys it", "[function]") {
    auto const alive = std::make_shared<int>(0);
    {
        function<int()> counted = [alive, calls = 0]() mutable { return ++calls; };
        CHECK(alive.use_count() == 2);
        auto const copy = counted;
        CHECK(alive.use_count() == 2);
        CHECK(counted().value() == 1);
        CHECK(copy().value() == 2);
        auto moved = std::move(counted);
        CHECK(moved().value() == 3);
        moved = {};
        CHECK(copy().value() == 4);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a large callable fits", "[function]") {
    std::array<char, 4000> big{};
    big[3999] = 'x';
    function<char()> const last = [big] { return big[3999]; };
    CHECK(last().value() == 'x');
}

TEST_CASE("what a callable throws stays inside", "[function]") {
    function<int()> const bad = []() -> int { throw std::runtime_error("no"); };
    CHECK_FALSE(bad().has_value());
    function<void()> const worse = [] { throw 1; };
    CHECK_FALSE(worse().has_value());
}

TEST_CASE("a callable that throws while it is copied is none", "[function]") {
    struct fragile {
        fragile() = default;
        fragile(const fragile&) { throw std::bad_alloc(); }
        void operator()() const {}
    };
    fragile const f;
    function<void()> const made = f;
    CHECK(made.failed());
    CHECK_FALSE(made);
}

namespace {
int doubled(int x) { return 2 * x; }
} // namespace

TEST_CASE("a function by its name") {
    function<int(int)> const by_name = doubled;
    REQUIRE(by_name);
    CHECK(by_name(21) == 42);
    function<int(int)> const by_pointer = &doubled;
    CHECK(by_pointer(21) == 42);
}
