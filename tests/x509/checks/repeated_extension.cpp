// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/repeated_extension.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace tlspp;
using chains::build;
using chains::judge;

namespace {
dev::extension unknown(unsigned last) {
    std::byte const null[] = {std::byte{5}, std::byte{0}};
    return {.oid = "1.2.3." + std::to_string(last), .der = {null, null + 2}};
}
/// Makes the second of two extensions one of the first's kind: their OIDs differ in the last octet.
void repeat(std::vector<std::byte>& tbs) {
    std::string const text(reinterpret_cast<const char*>(tbs.data()), tbs.size());
    auto const second = text.find(std::string("\x06\x03\x2A\x03\x05", 5));
    REQUIRE(second != std::string::npos);
    tbs[second + 4] = std::byte{4};
}
} // namespace

TEST_CASE("no extension is there twice", "[repeated_extension]") {
    CHECK(judge(build({}, {{}}, {.dns_names = {"a.example"}, .extensions = {unknown(4), unknown(5)}})).empty());
    auto const leaf =
        build({}, {{}},
              {.dns_names = {"a.example"}, .extensions = {unknown(4), unknown(5)}, .tamper_before_signing = repeat});
    CHECK(judge(leaf) == verify_flag::repeated_extension);
    CHECK(chains::mbedtls_accepts(leaf));
    CHECK(chains::judge_with(leaf, {.insecure_no_repeated_extension = true}).empty());
    dev::authority_options const twice{.extensions = {unknown(4), unknown(5)}, .tamper_before_signing = repeat};
    CHECK(judge(build({}, {twice})) == verify_flag::repeated_extension);
    CHECK(judge(build(twice, {{}})).empty()); // an anchor may look as it likes
}

TEST_CASE("a certificate with more extensions than any has is refused", "[repeated_extension]") {
    std::vector<dev::extension> many;
    for (unsigned i = 0; i != 120; ++i) {
        many.push_back(unknown(i));
    }
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}, .extensions = many})).empty());
    for (unsigned i = 120; i != 200; ++i) {
        many.push_back(unknown(i));
    }
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}, .extensions = many})) == verify_flag::repeated_extension);
}
