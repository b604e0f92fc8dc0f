// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/replay_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using tlspp::bytes;
using tlspp::detail::replay_list;

namespace {
std::string id(std::size_t n) {
    std::string text(32, 'x');
    text[0] = static_cast<char>(n & 0xFF);
    text[1] = static_cast<char>(n >> 8);
    return text;
}
} // namespace

TEST_CASE("a list of what was used", "[early_data]") {
    auto const list = std::make_unique<replay_list>();
    CHECK(list->first_use(id(1), 0));
    CHECK_FALSE(list->first_use(id(1), 0));
    CHECK(list->first_use(id(2), 10));
    CHECK_FALSE(list->first_use(id(1), replay_list::memory));
    CHECK_FALSE(list->first_use(id(2), replay_list::memory));
    CHECK(list->first_use(id(1), replay_list::memory + 1)); // Mbed TLS would not take it any more
    CHECK_FALSE(list->first_use(id(2), replay_list::memory + 10));
    CHECK_FALSE(list->first_use(bytes("short"), 0));
}

TEST_CASE("a full list takes nobody, until the oldest are forgotten", "[early_data]") {
    auto const list = std::make_unique<replay_list>();
    for (std::size_t i = 0; i != replay_list::capacity; ++i) {
        CHECK(list->first_use(id(i), static_cast<std::int64_t>(i)));
    }
    CHECK_FALSE(list->first_use(id(60000), replay_list::capacity));
    CHECK_FALSE(list->first_use(id(0), replay_list::capacity));
    CHECK(list->first_use(id(60000), replay_list::memory + 1)); // in the place of the first
    CHECK_FALSE(list->first_use(id(60000), replay_list::memory + 1));
    CHECK_FALSE(list->first_use(id(60001), replay_list::memory + 1));
    CHECK_FALSE(list->first_use(id(replay_list::capacity - 1), replay_list::memory + 1));
}
