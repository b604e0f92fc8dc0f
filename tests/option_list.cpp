// SPDX-License-Identifier: BSL-1.0
#include <tlspp/option_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

using tlspp::option_list;

namespace {
struct options {
    option_list<std::string_view> names = {};
};
/// Returned from a function: the elements must not dangle.
options make() { return {.names = {"h2", "http/1.1"}}; }
} // namespace

TEST_CASE("an option list owns its elements") {
    auto o = make();
    REQUIRE(o.names.size() == 2);
    CHECK(o.names[0] == "h2");
    CHECK(o.names[1] == "http/1.1");

    o.names = {"spdy"};
    REQUIRE(o.names.size() == 1);
    CHECK(o.names[0] == "spdy");

    option_list<std::string_view> copy = o.names;
    o.names = {};
    CHECK(o.names.empty());
    REQUIRE(copy.size() == 1);
    CHECK(copy[0] == "spdy");
    auto const moved = std::move(copy);
    CHECK(moved.size() == 1);
    CHECK_FALSE(moved.failed());
}

TEST_CASE("an option list takes spans, vectors and arrays") {
    std::vector<int> const v{1, 2, 3};
    CHECK(option_list<int>{std::span<const int>{v}}.size() == 3);
    option_list<int> const from_vector = v;
    CHECK(from_vector[2] == 3);
    option_list<int> const from_array = std::array<int, 2>{7, 8};
    CHECK(from_array[1] == 8);
    CHECK(option_list<int>(std::vector<int>{}).empty());
}

TEST_CASE("elements are destroyed as often as they are made") {
    auto const counted = std::make_shared<int>(1);
    {
        option_list<std::shared_ptr<int>> list{counted, counted};
        CHECK(counted.use_count() == 3);
        option_list<std::shared_ptr<int>> const copy = list;
        CHECK(counted.use_count() == 5);
        list = {};
        CHECK(counted.use_count() == 3);
    }
    CHECK(counted.use_count() == 1);
}
