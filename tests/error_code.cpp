// SPDX-License-Identifier: BSL-1.0
#include <tlspp/error_code.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("an error as std::error_code") {
    std::error_code const code = errc::truncated;
    CHECK(code);
    CHECK(code == errc::truncated);
    CHECK(code != errc::closed);
    CHECK(code.category() == error_category());
    CHECK(std::string_view(code.category().name()) == "tlspp");
    CHECK(code.message() == std::string(error{errc::truncated}.message().view()));
    CHECK(code.message().find("close_notify") != std::string::npos);
    CHECK(make_error_code(error{errc::closed, reason::already_closed}) == errc::closed);
    CHECK(std::system_error(code).code() == errc::truncated);
}

TEST_CASE("what the standard has a word for") {
    CHECK(make_error_code(errc::timed_out) == std::errc::timed_out);
    CHECK(make_error_code(errc::out_of_memory) == std::errc::not_enough_memory);
    CHECK(make_error_code(errc::want_read) == std::errc::operation_would_block);
    CHECK(make_error_code(errc::want_write) == std::errc::operation_would_block);
    CHECK(make_error_code(errc::invalid_argument) == std::errc::invalid_argument);
    CHECK(make_error_code(errc::unsupported) == std::errc::not_supported);
    CHECK(make_error_code(errc::protocol_violation) == std::errc::protocol_error);
    CHECK(make_error_code(errc::truncated) != std::errc::connection_reset);
    CHECK(make_error_code(errc::truncated).default_error_condition().category() == error_category());
}
