// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/default_locations.hpp>

#include "support/variable.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>

using namespace tlspp;

TEST_CASE("default locations: the environment decides", "[py:BasicSocketTests.test_get_default_verify_paths][same]") {
    test::variable const file("SSL_CERT_FILE", "/somewhere/roots.pem");
    test::variable const folder("SSL_CERT_DIR", "/somewhere/roots:/elsewhere");
    auto const found = default_locations::probe();
    CHECK(default_locations::file_variable == "SSL_CERT_FILE");
    CHECK(default_locations::directory_variable == "SSL_CERT_DIR");
    CHECK(found.file() == "/somewhere/roots.pem");
    CHECK(found.directory() == "/somewhere/roots:/elsewhere");
    CHECK(found.file_from_environment == "/somewhere/roots.pem");
    CHECK(found.environment_decides());
}

TEST_CASE("default locations: one variable turns the system's off") {
    test::variable const file("SSL_CERT_FILE", ""); // as good as not set
    test::variable const folder("SSL_CERT_DIR", "/somewhere");
    auto const found = default_locations::probe();
    CHECK(found.file().empty());
    CHECK(found.directory() == "/somewhere");
}

TEST_CASE("default locations: without it the first of the system's that are there") {
    test::variable const file("SSL_CERT_FILE", "");  // as good as not set
    test::variable const folder("SSL_CERT_DIR", ""); // as good as not set
    auto const found = default_locations::probe();
    CHECK_FALSE(found.environment_decides());
    auto const files = default_locations::probed_files();
    auto const folders = default_locations::probed_directories();
    auto const there = std::ranges::find_if(files, [](auto path) { return std::filesystem::is_regular_file(path); });
    CHECK(found.file() == (there == files.end() ? std::string_view() : *there));
    auto const open = std::ranges::find_if(folders, [](auto path) { return std::filesystem::is_directory(path); });
    CHECK(found.directory() == (open == folders.end() ? std::string_view() : *open));
}
