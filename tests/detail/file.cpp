// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/file.hpp>

#include "support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>

using namespace tlspp;

namespace {
std::string text(const detail::secure_buffer& b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }
} // namespace

TEST_CASE("files are read whole", "[file]") {
    test::temporary_folder const folder;
    for (std::size_t size : {1U, 4095U, 4096U, 4097U, 100'000U}) {
        std::string content(size, 'x');
        content.back() = 'y';
        auto const read = detail::read_file(folder.write("f", content));
        REQUIRE(read);
        CHECK(text(*read) == content);
    }
    SECTION("pipes too, whose size nobody knows") {
        auto const path = folder.path_of("pipe");
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        std::string const content(50'000, 'p');
        std::thread writer([&] { folder.write("pipe", content); });
        auto const read = detail::read_file(path);
        writer.join();
        REQUIRE(read);
        CHECK(text(*read) == content);
    }
}

TEST_CASE("what cannot be read is told with path and reason", "[file]") {
    test::temporary_folder const folder;
    auto const missing = detail::read_file(folder.path_of("missing"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::file);
    CHECK(missing.error().system() == ENOENT);
    CHECK(missing.error().message().view().find("missing") != std::string_view::npos);
    CHECK(missing.error().message().view().find("No such file") != std::string_view::npos);
    CHECK(detail::read_file(folder.path()).error().why() == reason::is_directory);
    CHECK(detail::read_file(folder.write("empty", "")).error().why() == reason::empty_file);
    CHECK(detail::read_file(folder.write("f", "x") + "/g").error().system() == ENOTDIR);
    CHECK(detail::read_file("").error() == errc::invalid_argument);
    CHECK(detail::read_file(std::string_view("/etc/\0passwd", 12)).error().why() == reason::bad_path);
    CHECK(detail::read_file(std::string(1024, 'a')).error().why() == reason::bad_path);

    auto const large = folder.write("large", "x");
    std::filesystem::resize_file(large, detail::largest_file + 1);
    CHECK(detail::read_file(large).error().why() == reason::file_too_large);
    CHECK(detail::read_file("/dev/zero").error().why() == reason::file_too_large);
}

TEST_CASE("the files of a folder", "[file]") {
    test::temporary_folder const folder;
    folder.write("a", "1");
    folder.write("b", "2");
    std::filesystem::create_directory(folder.path_of("sub"));
    std::filesystem::create_symlink("a", folder.path_of("link"));
    std::filesystem::create_symlink("gone", folder.path_of("dangling"));
    std::set<std::string> names;
    CHECK(detail::for_each_file(folder.path(), [&](std::string_view path) {
        names.insert(std::filesystem::path(path).filename().string());
        return true;
    }));
    CHECK(names == std::set<std::string>{"a", "b", "link"});
    unsigned seen = 0;
    CHECK(detail::for_each_file(folder.path(), [&](std::string_view) { return ++seen < 2; }));
    CHECK(seen == 2);
    auto const never = [](std::string_view) { return true; };
    CHECK(detail::for_each_file(folder.path_of("no"), never).error().system() == ENOENT);
    CHECK(detail::for_each_file(folder.path_of("a"), never).error().why() == reason::not_a_directory);
    CHECK(detail::for_each_file("", never).error().why() == reason::bad_path);
}
