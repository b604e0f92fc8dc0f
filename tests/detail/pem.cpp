// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/pem.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace tlspp;
using detail::pem_block;
using detail::pem_cursor;

namespace {
std::vector<pem_block> blocks_of(std::string_view text) {
    std::vector<pem_block> out;
    pem_cursor cursor{bytes(text)};
    for (pem_block b; cursor.next(b);) {
        out.push_back(b);
    }
    return out;
}
std::string decoded(const pem_block& b) {
    std::string out(detail::decoded_size(b), '\0');
    out.resize(detail::decode(b, reinterpret_cast<unsigned char*>(out.data()), out.size()));
    return out;
}
} // namespace

TEST_CASE("PEM blocks are found in any text", "[pem]") {
    constexpr std::string_view text = "first\n-----BEGIN A-----\naGVs\nbG8=\n-----END A-----\nbetween\r\n"
                                      "-----BEGIN B C-----\r\naGV5\r\n-----END B C-----\r\nlast";
    auto const found = blocks_of(text);
    REQUIRE(found.size() == 2);
    CHECK(found[0].label == "A");
    CHECK(found[0].complete);
    CHECK(found[0].whole.starts_with("-----BEGIN A-----\n"));
    CHECK(found[0].whole.ends_with("\n-----END A-----"));
    CHECK(decoded(found[0]) == "hello");
    CHECK(found[1].label == "B C");
    CHECK(decoded(found[1]) == "hey");
    CHECK(decoded(blocks_of("-----BEGIN A-----\n  \n aGVs \n\n-----END A-----").at(0)) == "hel");
    CHECK(blocks_of("").empty());
    CHECK(blocks_of("-----BEGIN").empty());
    CHECK(pem_cursor::looks_like_pem(text));
    CHECK_FALSE(pem_cursor::looks_like_pem("-----END A-----"));
}

TEST_CASE("broken PEM blocks are found broken, and do not hide the next", "[pem]") {
    for (std::string_view broken : {
             "-----BEGIN A-----\naGVs\n-----END B-----\n", // another label
             "-----BEGIN A-----\naGVs\n",                  // no end
             "-----BEGIN A-----\naGVs\n-----END A----\n",  // four dashes
             "-----BEGIN A\naGVs\n-----END A-----\n",      // no dashes
             "-----BEGIN ",
         }) {
        auto const text = std::string(broken) + "\n-----BEGIN A-----\naGVs\n-----END A-----";
        auto const found = blocks_of(text);
        REQUIRE(found.size() == 2);
        CHECK_FALSE(found[0].complete);
        CHECK(detail::decoded_size(found[0]) == 0);
        CHECK(decoded(found[1]) == "hel");
    }
    for (std::string_view body : {"", "====", "aGV", "a", "aGVs!", "aG=s"}) {
        auto const text = "-----BEGIN A-----\n" + std::string(body) + "\n-----END A-----";
        auto const found = blocks_of(text);
        REQUIRE(found.size() == 1);
        CHECK(decoded(found[0]).empty());
    }
}

TEST_CASE("a hostile text of openings takes linear time", "[pem]") {
    std::string text;
    for (int i = 0; i != 200'000; ++i) {
        text += "-----BEGIN A-----";
    }
    CHECK(blocks_of(text).size() == 200'000);
}
