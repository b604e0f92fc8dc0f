// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/name.hpp>

#include "../samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

namespace {
bool is_for(const certificate& c, std::string_view name) {
    auto const parsed = or_throw(server_name::parse(name));
    return x509::matches_name(*c.native_handle(), detail::peer_name::of(parsed));
}
/// What Mbed TLS says of the same: the gap that this check closes.
bool mbedtls_takes(const certificate& c, const char* name) {
    auto const trust = or_throw(samples::ca().trust());
    std::uint32_t flags = 0;
    (void)mbedtls_x509_crt_verify(const_cast<mbedtls_x509_crt*>(c.native_handle()), trust.native_handle(), nullptr,
                                  name, &flags, nullptr, nullptr);
    return flags == 0;
}
} // namespace

TEST_CASE("host names as RFC 9525 matches them", "[name]") {
    CHECK(x509::matches_dns("a.example", "a.example"));
    CHECK(x509::matches_dns("A.EXAMPLE", "a.example"));
    CHECK(x509::matches_dns("a.example", "A.Example"));
    CHECK(x509::matches_dns("localhost", "localhost"));
    CHECK_FALSE(x509::matches_dns("a.example", "b.example"));
    CHECK_FALSE(x509::matches_dns("a.example", "x.a.example"));
    CHECK_FALSE(x509::matches_dns("x.a.example", "a.example"));
    CHECK_FALSE(x509::matches_dns("", "a.example"));
    CHECK_FALSE(x509::matches_dns("a.example", ""));
    CHECK_FALSE(x509::matches_dns("", ""));
    CHECK_FALSE(x509::matches_dns("a.example.", "a.example"));
    CHECK_FALSE(x509::matches_dns(".a.example", "a.example"));
    CHECK_FALSE(x509::matches_dns(std::string_view("a.example\0.evil", 15), "a.example"));
    CHECK_FALSE(x509::matches_dns(std::string_view("a.example\0", 10), "a.example"));
    // the Kelvin sign and dotless i are no ASCII letters
    CHECK_FALSE(x509::matches_dns("\xE2\x84\xAA.example", "k.example"));

    SECTION("wildcards") {
        CHECK(x509::matches_dns("*.example.com", "a.example.com"));
        CHECK(x509::matches_dns("*.EXAMPLE.com", "a.example.COM"));
        CHECK(x509::matches_dns("*.example.com", "xn--caf-dma.example.com"));
        CHECK_FALSE(x509::matches_dns("*.example.com", "example.com"));
        CHECK_FALSE(x509::matches_dns("*.example.com", "b.a.example.com"));
        CHECK_FALSE(x509::matches_dns("*.example.com", ".example.com"));
        CHECK_FALSE(x509::matches_dns("*.com", "example.com"));
        CHECK_FALSE(x509::matches_dns("*.com.", "example.com"));
        CHECK_FALSE(x509::matches_dns("*.", "example"));
        CHECK_FALSE(x509::matches_dns("*", "example"));
        CHECK_FALSE(x509::matches_dns("*", "*"));
        CHECK_FALSE(x509::matches_dns("a*.example.com", "aa.example.com"));
        CHECK_FALSE(x509::matches_dns("*a.example.com", "aa.example.com"));
        CHECK_FALSE(x509::matches_dns("xn--*.example.com", "xn--a.example.com"));
        CHECK_FALSE(x509::matches_dns("a.*.example.com", "a.b.example.com"));
        CHECK_FALSE(x509::matches_dns("*.*.example.com", "a.b.example.com"));
        CHECK_FALSE(x509::matches_dns("*.*.com", "a.example.com"));
        CHECK_FALSE(x509::matches_dns("**.example.com", "a.example.com"));
        CHECK_FALSE(x509::matches_dns("example.*", "example.com"));
    }
}

TEST_CASE("a name is matched by its kind only", "[name]") {
    auto const c = samples::issue({.dns_names = {"a.example", "192.0.2.9"},
                                   .ip_addresses = {"192.0.2.1", "2001:db8::1"},
                                   .common_name = "cn.example",
                                   .uris = {"uri.example"}});
    CHECK(is_for(c, "a.example"));
    CHECK(is_for(c, "192.0.2.1"));
    CHECK(is_for(c, "2001:db8:0:0::1"));
    CHECK_FALSE(is_for(c, "192.0.2.2"));
    CHECK_FALSE(is_for(c, "2001:db8::2"));
    CHECK_FALSE(is_for(c, "192.0.2.9")); // stands in a dNSName
    CHECK_FALSE(is_for(c, "uri.example"));
    CHECK_FALSE(is_for(c, "cn.example"));
    CHECK(mbedtls_takes(c, "uri.example"));
    CHECK(mbedtls_takes(c, "192.0.2.9"));

    SECTION("an address is never matched by a wildcard") {
        auto const w = samples::issue({.dns_names = {"*.0.2.1"}});
        CHECK_FALSE(is_for(w, "192.0.2.1"));
        CHECK(mbedtls_takes(w, "192.0.2.1"));
    }
    SECTION("IPv4 is not IPv6, mapped or not") {
        auto const four = samples::issue({.ip_addresses = {"192.0.2.1"}});
        CHECK_FALSE(is_for(four, "::ffff:192.0.2.1"));
    }
    SECTION("a certificate without subjectAltName is for nobody") {
        auto const cn = samples::issue({.common_name = "a.example"});
        CHECK(cn.subject_alt_names().empty());
        CHECK_FALSE(is_for(cn, "a.example"));
        CHECK(mbedtls_takes(cn, "a.example"));
    }
    SECTION("a wildcard on one label is for nobody") {
        auto const w = samples::issue({.dns_names = {"*.com"}});
        CHECK_FALSE(is_for(w, "example.com"));
        CHECK(mbedtls_takes(w, "example.com"));
    }
    SECTION("any") { CHECK(x509::matches_name(*c.native_handle(), {})); }
}

// Found by the fuzzer: Mbed TLS read on, and the range of names did not, so a certificate was for a name that nobody
// else saw in it.
TEST_CASE("names behind one of a kind that there is not are for nobody", "[name]") {
    auto const with_entry = [](const std::string& entry) {
        std::string const names = entry + "\x82\x09" + "a.example";
        std::vector<std::byte> der{std::byte{0x30}, static_cast<std::byte>(names.size())};
        for (char const c : names) {
            der.push_back(static_cast<std::byte>(c));
        }
        return samples::issue({.extensions = {{.oid = "2.5.29.17", .der = der}}});
    };
    auto const good = with_entry("\x87\x04\xC0" + std::string("\0\2\1", 3));
    CHECK(is_for(good, "a.example"));
    auto const odd = with_entry("\xBE\x04\xC0" + std::string("\0\2\1", 3));
    CHECK(mbedtls_takes(odd, "a.example"));
    CHECK_FALSE(is_for(odd, "a.example"));
}

TEST_CASE("mailboxes", "[name]") {
    CHECK(x509::matches_email("me@a.example", "me@A.EXAMPLE"));
    CHECK_FALSE(x509::matches_email("Me@a.example", "me@a.example"));
    CHECK_FALSE(x509::matches_email("a.example", "me@a.example"));
    CHECK_FALSE(x509::matches_email("a.example", "a.example"));
    CHECK_FALSE(x509::matches_email("me@b.example", "me@a.example"));
    CHECK(x509::matches_email("\"a@b\"@c.example", "\"a@b\"@c.example"));
}
