// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/name_comparison.hpp>

#include "../samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

namespace {
certificate named(const std::string& subject) { return samples::issue({.dns_names = {"a"}, .subject = subject}); }
bool same(const std::string& a, const std::string& b) {
    auto const left = named(a);
    auto const right = named(b);
    return x509::same_name(left.subject().der(), right.subject().der());
}
bool below(const std::string& a, const std::string& b) {
    auto const left = named(a);
    auto const right = named(b);
    return x509::is_below(left.subject().der(), right.subject().der());
}
} // namespace

TEST_CASE("names are compared as RFC 5280 has it", "[name_comparison]") {
    CHECK(same("C=DE,O=Example", "C=DE,O=Example"));
    CHECK(same("C=DE,O=Example", "C=de,O=eXAMPLE"));
    CHECK(same("O=a b", "O=  a    b "));
    CHECK_FALSE(same("O=a b", "O=ab"));
    CHECK_FALSE(same("C=DE,O=Example", "O=Example,C=DE"));
    CHECK_FALSE(same("C=DE,O=Example", "C=DE"));
    CHECK_FALSE(same("C=DE", "C=DE,O=Example"));
    CHECK_FALSE(same("CN=a", "O=a"));
    CHECK_FALSE(same("CN=\xC3\xA4", "CN=\xC3\x84")); // only ASCII letters fold
    CHECK(below("C=DE", "C=DE,O=Example"));
    CHECK(below("C=DE,O=Example", "C=DE,O=Example"));
    CHECK_FALSE(below("C=DE,O=Example", "C=DE"));
    CHECK_FALSE(below("O=Example", "C=DE,O=Example"));
    CHECK(x509::same_name(bytes("\x30\x00", 2), bytes("\x30\x00", 2)));
    CHECK(x509::is_below(bytes("\x30\x00", 2), named("C=DE").subject().der()));
    CHECK_FALSE(x509::is_below(bytes("\x31\x00", 2), named("C=DE").subject().der()));
}

TEST_CASE("attributes of one set may stand in any order", "[name_comparison]") {
    // { O=a + CN=b } and { CN=b + O=a }, which DER would have sorted
    constexpr std::string_view one("\x30\x16\x31\x14\x30\x08\x06\x03\x55\x04\x0a\x0c\x01"
                                   "a"
                                   "\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                                   "b",
                                   24);
    constexpr std::string_view two("\x30\x16\x31\x14\x30\x08\x06\x03\x55\x04\x03\x13\x01"
                                   "B"
                                   "\x30\x08\x06\x03\x55\x04\x0a\x0c\x01"
                                   "a",
                                   24);
    constexpr std::string_view half("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01"
                                    "b",
                                    14);
    CHECK(x509::same_name(bytes(one), bytes(two)));
    CHECK_FALSE(x509::same_name(bytes(one), bytes(half)));
    CHECK_FALSE(x509::is_below(bytes(half), bytes(one)));
}
