// SPDX-License-Identifier: BSL-1.0
#include <tlspp/keylog_file.hpp>

#include "support/contexts.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/generators/catch_generators_range.hpp>

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
std::vector<std::string> sorted_labels(const std::vector<std::string>& lines) {
    std::vector<std::string> labels;
    for (auto const& l : lines) {
        labels.push_back(l.substr(0, l.find(' ')));
    }
    std::ranges::sort(labels);
    return labels;
}
bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
} // namespace

// different: four lines instead of five, since Mbed TLS does not give the exporter's secret
TEST_CASE("the key log has the labels of NSS, and both sides the same lines",
          "[py:TestSSLDebug.test_keylog_filename][different]") {
    auto const v = GENERATE(from_range(test::versions));
    std::vector<std::string> ours;
    std::vector<std::string> theirs;
    test::pair p(
        {.minimum_version = v, .maximum_version = v, .keylog = [&](std::string_view l) { ours.emplace_back(l); }},
        {.keylog = [&](std::string_view l) { theirs.emplace_back(l); }});
    REQUIRE(p.shake().ok());
    auto const labels = sorted_labels(ours);
    if (v == version::tls1_2) {
        CHECK(labels == std::vector<std::string>{"CLIENT_RANDOM"});
    } else {
        CHECK(labels == std::vector<std::string>{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
                                                 "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"});
    }
    std::ranges::sort(ours);
    std::ranges::sort(theirs);
    CHECK(ours == theirs);
    for (auto const& l : ours) {
        auto const random = l.find(' ') + 1;
        CHECK(is_hex(l.substr(random, 64)));
        CHECK(l[random + 64] == ' ');
        CHECK(is_hex(l.substr(random + 65)));
        CHECK(l.size() - random - 65 >= 64);
    }
}

TEST_CASE("the text of a line is gone when the callback returns") {
    std::string_view kept;
    test::pair p({.keylog = [&](std::string_view l) { kept = l; }}, {});
    REQUIRE(p.shake().ok());
    REQUIRE_FALSE(kept.empty());
    alignas(detail::keylog_line) unsigned char storage[sizeof(detail::keylog_line)];
    unsigned char const secret[64] = {0xAB, 0xCD};
    unsigned char const random[32] = {};
    auto* const line = ::new (storage) detail::keylog_line("CLIENT_RANDOM", random, secret, 48);
    std::string_view const text = line->view();
    CHECK(text.find("abcd") != std::string_view::npos);
    CHECK(text.size() == 13 + 1 + 64 + 1 + 96);
    auto const at = static_cast<std::size_t>(text.data() - reinterpret_cast<const char*>(storage));
    line->~keylog_line();
    for (std::size_t i = 0; i != text.size(); ++i) {
        volatile unsigned char const& left = storage[at + i];
        REQUIRE(left == 0);
    }
}

TEST_CASE("a key log that throws ends the handshake") {
    test::pair p({.keylog = [](std::string_view) { throw 1; }}, {});
    auto const done = p.shake();
    REQUIRE_FALSE(done.client);
    CHECK(done.client.error() == errc::callback);
}

TEST_CASE("a key log is appended to a file that nobody else can read") {
    test::temporary_folder folder;
    auto const path = folder.path() + "/keys";
    for (int i = 0; i != 2; ++i) {
        test::pair p({.maximum_version = version::tls1_2, .keylog = or_throw(keylog_to(path))}, {});
        REQUIRE(p.shake().ok());
    }
    std::ifstream in(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("CLIENT_RANDOM "));
    CHECK(lines[1].starts_with("CLIENT_RANDOM "));
    CHECK(lines[0] != lines[1]);
    struct stat info = {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 077) == 0);

    auto const nowhere = keylog_to(folder.path() + "/missing/keys");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error() == errc::file);
    CHECK(nowhere.error().system() == ENOENT);
    CHECK(keylog_to("").error() == errc::invalid_argument);
}
