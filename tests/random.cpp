// SPDX-License-Identifier: BSL-1.0
#include <tlspp/random.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

using namespace tlspp;

// different: a buffer cannot have a negative size, and nothing can be mixed into the generator
TEST_CASE("random bytes fill the whole buffer, and nothing around it", "[py:BasicSocketTests.test_random][different]") {
    std::array<unsigned char, 18> room{};
    std::set<std::array<unsigned char, 18>> seen;
    std::array<bool, 18> changed{};
    for (int i = 0; i != 50; ++i) {
        room.fill(0);
        REQUIRE(random_bytes(writable_bytes(room.data() + 1, 16)));
        CHECK(room.front() == 0);
        CHECK(room.back() == 0);
        seen.insert(room);
        for (std::size_t k = 0; k != room.size(); ++k) {
            changed[k] = changed[k] || room[k] != 0;
        }
    }
    CHECK(seen.size() == 50);
    CHECK(std::count(changed.begin(), changed.end(), true) == 16);
}

TEST_CASE("random bytes: none, and more than a generator gives at once") {
    CHECK(random_bytes(writable_bytes()));
    std::vector<unsigned char> many(300'000);
    REQUIRE(random_bytes(many));
    std::array<std::size_t, 256> count{};
    for (auto const b : many) {
        ++count[b];
    }
    // 1172 of each are expected; 400 away from it is more than eleven standard deviations
    CHECK(*std::min_element(count.begin(), count.end()) > 772);
    CHECK(*std::max_element(count.begin(), count.end()) < 1572);
    CHECK(std::any_of(many.end() - 64, many.end(), [](unsigned char b) { return b != 0; }));
}
