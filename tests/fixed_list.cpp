// SPDX-License-Identifier: BSL-1.0
#include <tlspp/fixed_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace tlspp;

TEST_CASE("a fixed list holds what fits, in order") {
    fixed_list<int, 3> list;
    CHECK(list.empty());
    CHECK_FALSE(list.contains(0));
    for (int i : {7, 8, 9, 10}) {
        list.add(i);
    }
    REQUIRE(list.size() == 3);
    CHECK(std::ranges::equal(list, std::initializer_list<int>{7, 8, 9}));
    CHECK(list[2] == 9);
    CHECK(list.contains(8));
    CHECK_FALSE(list.contains(10));
}

TEST_CASE("a fixed list can be made at compile time") {
    constexpr auto list = [] {
        fixed_list<int, 2> made;
        made.add(5);
        return made;
    }();
    static_assert(list.size() == 1 && list[0] == 5);
}
