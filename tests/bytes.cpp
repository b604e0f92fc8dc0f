// SPDX-License-Identifier: BSL-1.0
#include <tlspp/bytes.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <vector>

using tlspp::bytes;
using tlspp::writable_bytes;

TEST_CASE("a literal is viewed without its NUL, everything else whole") {
    CHECK(bytes{"abc"}.size() == 3);
    CHECK(bytes{"abc"}.text() == "abc");
    CHECK(bytes{""}.empty());
    const char no_end[] = {'a', 'b'};
    CHECK(bytes{no_end}.text() == "ab");
    CHECK(bytes{"a\0b"}.size() == 3);
    CHECK(bytes{std::string("a\0b", 3)}.size() == 3);
    CHECK(bytes{std::string_view("xy")}.text() == "xy");
    CHECK(bytes{std::vector<unsigned char>{1, 2, 0}}.size() == 3);
    CHECK(bytes{std::array<std::byte, 5>{}}.size() == 5);
    unsigned char raw[7] = {};
    CHECK(bytes{raw}.size() == 7);
    CHECK(bytes{std::span<const std::byte>{}}.empty());
}

TEST_CASE("parts of a view") {
    bytes const all{"abcdef"};
    CHECK(all.without_first(2).text() == "cdef");
    CHECK(all.first(2).text() == "ab");
    CHECK(all.first(99).text() == "abcdef");
    CHECK(all.without_first(6).empty());
    std::span<const std::byte> const span = all;
    CHECK(span.size() == 6);
}

TEST_CASE("what can be written into") {
    char text[4] = {};
    CHECK(writable_bytes{text}.size() == 4);
    std::array<char, 9> array{};
    CHECK(writable_bytes{array}.size() == 9);
    std::vector<std::byte> vector(3);
    CHECK(writable_bytes{vector}.size() == 3);
    std::string string(5, 'x');
    CHECK(writable_bytes{string}.size() == 5);
    CHECK(writable_bytes{std::span<unsigned char>{}}.empty());
    CHECK(writable_bytes{array}.without_first(8).size() == 1);
}

TEST_CASE("what must not convert does not") {
    // a writable char array: nobody knows where its text ends
    STATIC_REQUIRE_FALSE(std::is_constructible_v<bytes, char(&)[8]>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<bytes, const char*>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<bytes, std::vector<int>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<writable_bytes, const std::string&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<writable_bytes, const char(&)[8]>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<writable_bytes, std::span<const std::byte>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<writable_bytes, std::vector<wchar_t>&>);
}
