// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/text_part.hpp>

#include <catch2/catch_test_macros.hpp>

using tlspp::detail::part;

TEST_CASE("text part: the ends of a text bound what is taken of it") {
    CHECK(part("abcdef", 0) == "abcdef");
    CHECK(part("abcdef", 2, 3) == "cde");
    CHECK(part("abcdef", 6).empty());
    CHECK(part("abcdef", 7, 1).empty());
    CHECK(part("abc", 1, 99) == "bc");
    CHECK(part("abc", 0, 0).empty());
    CHECK(part("", 0, 5).empty());
    CHECK(part("abc", std::string_view::npos).empty());
}

TEST_CASE("text part: a text is copied whole, and nothing behind it") {
    char room[6] = {'x', 'x', 'x', 'x', 'x', 'x'};
    tlspp::detail::copy_text(room + 1, "abc");
    CHECK(std::string_view(room, sizeof room) == "xabcxx");
    tlspp::detail::copy_text(nullptr, {});
}
