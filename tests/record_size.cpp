// SPDX-License-Identifier: BSL-1.0
#include <tlspp/record_size.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

using namespace tlspp;

static_assert(takes_every_record == (largest_record_in == 16384));
static_assert(chain_fits(1024, 1024 - 13) && !chain_fits(1024, 1024 - 12));
static_assert(chain_fits(1024, 500, 506) && !chain_fits(1024, 500, 507));
static_assert(chain_fits(8) && !chain_fits(7));

namespace {
/// The longest record in what an engine has to send: its plaintext, and what TLS 1.2 adds to encrypt it.
std::size_t longest_record(std::span<const std::byte> wire) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at + 5 <= wire.size();) {
        auto const size = std::to_integer<std::size_t>(wire[at + 3]) << 8U | std::to_integer<std::size_t>(wire[at + 4]);
        longest = std::max(longest, size);
        at += 5 + size;
    }
    return longest;
}
constexpr std::size_t overhead = 24; // nonce and tag of GCM; ChaCha20 has 16
} // namespace

TEST_CASE("a client asks for short records, and gets them in both directions") {
    test::pair p({.maximum_version = version::tls1_2, .max_fragment_length = fragment_length::bytes_512});
    REQUIRE(p.shake().ok());
    CHECK(p.client.largest_incoming_record() == 512);
    CHECK(p.client.largest_outgoing_record() == 512);
    CHECK(p.server.largest_outgoing_record() == 512);
    std::string const sent(2000, 'x');
    REQUIRE(p.server.write_all(sent).has_value());
    CHECK(longest_record(p.server.transport().outgoing()) <= 512 + overhead);
    REQUIRE(p.client.write_all(sent).has_value());
    CHECK(longest_record(p.client.transport().outgoing()) <= 512 + overhead);
    test::carry_all(p.server, p.client);
    CHECK(test::read_all(p.client) == sent);
    CHECK(test::read_all(p.server) == sent);
}

TEST_CASE("without a wish records are as long as the build takes them") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v});
    REQUIRE(p.shake().ok());
    CHECK(p.client.largest_incoming_record() == largest_record_in);
    CHECK(p.client.largest_outgoing_record() >= largest_record_out - 1); // the type of a record counts in RFC 8449
    CHECK(p.client.largest_outgoing_record() <= largest_record_out);
    REQUIRE(p.server.write_all(std::string(2000, 'x')).has_value());
    CHECK(longest_record(p.server.transport().outgoing()) >= 2000);
}

TEST_CASE("a fragment length that RFC 6066 does not have is refused") {
    auto const context = client_context::create(
        {.verify = verify_mode::insecure_none, .max_fragment_length = static_cast<fragment_length>(5)});
    REQUIRE_FALSE(context.has_value());
    CHECK(context.error() == errc::invalid_argument);
    CHECK(context.error().why() == reason::fragment_length);
}
