// SPDX-License-Identifier: BSL-1.0
#include <tlspp/transport.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

using namespace tlspp;

namespace {
struct good {
    io_result send(std::span<const std::byte> out) { return out.size(); }
    io_result receive(std::span<std::byte>) { return 0; }
};
struct throws_on_move : good {
    throws_on_move() = default;
    throws_on_move(throws_on_move&&) noexcept(false) {}
};
struct send_only {
    io_result send(std::span<const std::byte> out) { return out.size(); }
};
struct wrong_result {
    int send(std::span<const std::byte>) { return 0; }
    int receive(std::span<std::byte>) { return 0; }
};
} // namespace

TEST_CASE("the transport concept takes what it should, and nothing else") {
    STATIC_REQUIRE(transport<good>);
    STATIC_REQUIRE_FALSE(transport<send_only>);
    STATIC_REQUIRE_FALSE(transport<wrong_result>);
    STATIC_REQUIRE_FALSE(transport<throws_on_move>);
    STATIC_REQUIRE_FALSE(transport<good&>);
    STATIC_REQUIRE_FALSE(transport<const good>);
    STATIC_REQUIRE_FALSE(transport<int>);
}

TEST_CASE("an io_error is one of four conditions or a system error") {
    CHECK(would_block == io_error::would_block);
    CHECK(io_error::reset.what() == io_error::kind::reset);
    CHECK(io_error{EIO}.what() == io_error::kind::system);
    CHECK(io_error{EIO}.system() == EIO);
    CHECK_FALSE(io_error::timed_out == would_block);
    io_result const blocked = std::unexpected(would_block);
    CHECK(blocked.error() == io_error::would_block);
}
