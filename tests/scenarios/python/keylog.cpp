// SPDX-License-Identifier: BSL-1.0
// TestSSLDebug of CPython's test_ssl.py: the key log.
#include "support/contexts.hpp"
#include "support/temporary_folder.hpp"
#include "support/variable.hpp"

#include <tlspp/keylog_file.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>

using namespace tlspp;

namespace {
std::size_t lines_of(const std::string& path) {
    std::ifstream in(path);
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) {
        ++count;
    }
    return count;
}
} // namespace

TEST_CASE("a key log is off, or goes to a file with a line at its head",
          "[py:TestSSLDebug.test_keylog_defaults][same]") {
    test::temporary_folder const folder;
    auto const path = folder.path_of("keys");
    CHECK_FALSE(client_options().keylog);
    CHECK_FALSE(server_options().keylog);
    {
        auto const hook = keylog_to(path);
        REQUIRE(hook);
        CHECK(std::filesystem::is_regular_file(path));
        CHECK(lines_of(path) == 1);
        client_options options{.keylog = *hook};
        options.keylog = {}; // off again
        CHECK_FALSE(options.keylog);
        REQUIRE(test::pair(options).shake().ok());
        CHECK(lines_of(path) == 1);
    }
    REQUIRE(keylog_to(path)); // the head is written once
    CHECK(lines_of(path) == 1);
    auto const refused = keylog_to(folder.path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::file);
    CHECK(refused.error().system() == EISDIR);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<keylog_hook&, int>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<keylog_hook&, const char*>);
}

TEST_CASE("the environment names a key log for those who ask it", "[py:TestSSLDebug.test_keylog_env][same]") {
    test::temporary_folder const folder;
    auto const path = folder.path_of("keys");
    test::variable const set("SSLKEYLOGFILE", path);
    // a plain context has none
    REQUIRE(test::pair().shake().ok());
    CHECK_FALSE(std::filesystem::exists(path));
    // who asks for it has
    auto const hook = keylog_from_environment();
    REQUIRE(hook);
    CHECK(*hook);
    CHECK(lines_of(path) == 1);
    REQUIRE(test::pair({.keylog = *hook}).shake().ok());
    CHECK(lines_of(path) == 1 + 4);
    REQUIRE(test::pair({}, {.keylog = *hook}).shake().ok());
    CHECK(lines_of(path) == 1 + 8);
    REQUIRE(test::pair().shake().ok());
    CHECK(lines_of(path) == 1 + 8);
}
