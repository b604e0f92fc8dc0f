// SPDX-License-Identifier: BSL-1.0
#include <tlspp/public_suffix.hpp>

#include "x509/chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using detail::is_public_suffix;
using detail::suffix_list;

namespace {
verify_flags judge(const char* wildcard, const char* host, profile rules, bool left_out = false) {
    auto const b = chains::build({}, {}, {.dns_names = {wildcard}});
    auto const name = or_throw(server_name::parse(host));
    return chains::judge(b, {.name = &name, .profile = rules, .policy = {.insecure_no_public_suffix = left_out}});
}
} // namespace

TEST_CASE("a single label is a public suffix, with a list or without", "[public_suffix]") {
    CHECK(is_public_suffix("com", suffix_list::registries));
    CHECK(is_public_suffix("internal", suffix_list::all));
    CHECK_FALSE(is_public_suffix("com", suffix_list::none));
    CHECK_FALSE(is_public_suffix("example.com", suffix_list::registries));
    CHECK_FALSE(is_public_suffix("example.com", suffix_list::all));
    CHECK(judge("*.example.com", "a.example.com", profile::rfc5280).empty());
    CHECK(judge("*.example.com", "a.example.com", profile::webpki).empty());
    CHECK(judge("*.com", "example.com", profile::rfc5280) == verify_flag::name_mismatch);
    CHECK(judge("*.com", "example.com", profile::rfc5280, true) == verify_flag::name_mismatch);
}

#if TLSPP_PSL
TEST_CASE("public suffixes are those of the list", "[public_suffix]") {
    CHECK(is_public_suffix("co.uk", suffix_list::registries));
    CHECK(is_public_suffix("CO.uk", suffix_list::registries));
    CHECK(is_public_suffix("xn--55qx5d.cn", suffix_list::registries)); // A-labels
    CHECK(is_public_suffix("anything.ck", suffix_list::registries));   // *.ck
    CHECK_FALSE(is_public_suffix("www.ck", suffix_list::registries));  // !www.ck
    CHECK_FALSE(is_public_suffix("example.co.uk", suffix_list::registries));
    CHECK_FALSE(is_public_suffix("github.io", suffix_list::registries));
    CHECK(is_public_suffix("github.io", suffix_list::all));
    CHECK_FALSE(is_public_suffix("co.uk", suffix_list::none));
    CHECK(is_public_suffix("a." + std::string(300, 'a'), suffix_list::registries));
}

TEST_CASE("no wildcard is for all that is below a public suffix", "[public_suffix]") {
    for (auto const rules : {profile::rfc5280, profile::webpki}) {
        CHECK(judge("*.co.uk", "example.co.uk", rules) == verify_flag::name_mismatch);
        CHECK(judge("*.Co.UK", "example.co.uk", rules) == verify_flag::name_mismatch);
        CHECK(judge("*.co.uk", "example.co.uk", rules, true).empty());
        CHECK(judge("*.example.co.uk", "a.example.co.uk", rules).empty());
        CHECK(judge("example.co.uk", "example.co.uk", rules).empty());
    }
    CHECK(chains::mbedtls_accepts(chains::build({}, {}, {.dns_names = {"*.co.uk"}})));
    // what companies give out is theirs, unless public CAs are meant
    CHECK(judge("*.github.io", "example.github.io", profile::rfc5280).empty());
    CHECK(judge("*.github.io", "example.github.io", profile::webpki) == verify_flag::name_mismatch);
    CHECK(judge("*.github.io", "example.github.io", profile::webpki, true).empty());
}
#else
TEST_CASE("without a list, two labels are no public suffix", "[public_suffix]") {
    CHECK_FALSE(is_public_suffix("co.uk", suffix_list::registries));
    CHECK_FALSE(is_public_suffix("co.uk", suffix_list::all));
    CHECK(judge("*.co.uk", "example.co.uk", profile::webpki).empty());
}
TEST_CASE("public suffixes are those of the list", "[public_suffix]") { SKIP("configure with -Dpsl=enabled"); }
#endif
