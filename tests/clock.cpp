// SPDX-License-Identifier: BSL-1.0
#include "support/contexts.hpp"

#include <tlspp/clock.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace tlspp;

namespace {
constexpr std::int64_t from = 1'000'000'000;
constexpr std::int64_t to = 1'000'086'400;

struct world {
    dev::authority ca = or_throw(dev::authority::create({.not_before = from, .not_after = to}));
    identity leaf = or_throw(ca.issue({.dns_names = {"localhost"}, .not_before = from, .not_after = to}));
    trust_store trust = or_throw(ca.trust());
};
const world& old_world() {
    static world const made;
    return made;
}
std::int64_t read(void* context) { return *static_cast<std::int64_t*>(context); }

result<void> shake(std::int64_t time, version v) {
    test::pair p{{.trust = old_world().trust, .maximum_version = v, .clock = {&read, &time}},
                 {.identities = {old_world().leaf}}};
    return p.shake().client;
}
verify_flags refusal(std::int64_t time, version v) {
    auto const done = shake(time, v);
    REQUIRE_FALSE(done);
    return done.error().flags();
}
} // namespace

TEST_CASE("a clock of one's own decides on validity, both ends included", "[clock]") {
    auto const v = GENERATE(from_range(test::versions));
    CHECK(refusal(from - 1, v) == verify_flag::not_yet_valid);
    CHECK(shake(from, v));
    CHECK(shake(to, v));
    CHECK(refusal(to + 1, v) == verify_flag::expired);
}

TEST_CASE("without it the system's clock decides", "[clock]") {
    test::pair p{{.trust = old_world().trust}, {.identities = {old_world().leaf}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::expired);
}

TEST_CASE("what is valid now is not valid in another time", "[clock]") {
    std::int64_t time = 500'000'000;
    test::pair p{{.clock = {&read, &time}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::not_yet_valid);
}

TEST_CASE("a clock that does not know the time lets nothing pass", "[clock]") {
    std::int64_t time = -1;
    test::pair p{{.clock = {&read, &time}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::no_clock);
}

TEST_CASE("insecure_no_clock takes what has expired", "[clock]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p{{.trust = old_world().trust, .maximum_version = v, .clock = insecure_no_clock},
                 {.identities = {old_world().leaf}}};
    CHECK(p.shake().ok());
}

TEST_CASE("a server judges its clients by its clock", "[clock]") {
    auto const client = or_throw(old_world().ca.issue({.common_name = "c", .not_before = from, .not_after = to}));
    for (auto const& [now, good] : {std::pair{from, true}, {to + 1, false}}) {
        std::int64_t time = now;
        test::pair p{{.identity = client},
                     {.client_auth = client_auth::required, .trust = old_world().trust, .clock = {&read, &time}}};
        auto const o = p.shake();
        CHECK(o.server.has_value() == good);
        if (!good) {
            CHECK(o.server.error().flags() == verify_flag::expired);
        }
    }
}
