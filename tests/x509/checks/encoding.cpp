// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/encoding.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace tlspp;
using chains::build;
using chains::judge;

namespace {
std::vector<std::byte> octets(std::string_view text) {
    auto const* const first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}
/// A leaf whose subjectAltName is a.example and this.
chains::built with_name(std::string_view more) {
    std::string content = std::string("\x82\x09", 2) + "a.example" + std::string(more);
    content.insert(0, {'\x30', static_cast<char>(content.size())});
    return build({}, {{}}, {.extensions = {{.oid = "2.5.29.17", .der = octets(content)}}});
}
/// Puts these bytes in place of others of the same length.
dev::tamper_function replace(std::string_view what, std::string_view by) {
    return [old = std::string(what), made = std::string(by)](std::vector<std::byte>& tbs) {
        std::string const text(reinterpret_cast<const char*>(tbs.data()), tbs.size());
        auto const at = text.find(old);
        REQUIRE(at != std::string::npos);
        for (std::size_t i = 0; i != made.size(); ++i) {
            tbs[at + i] = static_cast<std::byte>(made[i]);
        }
    };
}
} // namespace

TEST_CASE("subjectAltName is one list of names of known kinds", "[encoding]") {
    using namespace std::string_view_literals;
    CHECK(judge(with_name({})).empty());
    CHECK(judge(with_name("\x82\x01\x62"sv)).empty());
    CHECK(judge(with_name("\x88\x02\x2A\x03"sv)).empty());                 // registeredID
    CHECK(judge(with_name("\xA0\x06\x06\x01\x2A\xA0\x01\x05"sv)).empty()); // otherName
    auto const unknown = with_name("\x89\x01\x62"sv);
    CHECK(judge(unknown) == verify_flag::encoding);
    CHECK(chains::judge_with(unknown, {.insecure_no_encoding = true}).empty());
    CHECK(judge(with_name("\xA2\x03\x82\x01\x62"sv)) == verify_flag::encoding); // a DNS name in two parts
}

TEST_CASE("names hidden behind one of an unknown kind are not passed over", "[encoding]") {
    using namespace std::string_view_literals;
    std::string const content = std::string("\x30\x15\x82\x09"
                                            "a.example\x89\x01\x62\x82\x05"
                                            "b.org",
                                            23);
    auto const b = build({}, {{.excluded = {"DNS:b.org"}, .name_constraints_critical = false}},
                         {.extensions = {{.oid = "2.5.29.17", .der = octets(content)}}});
    CHECK(judge(b) == (verify_flag::encoding | verify_flag::name_constraints));
}

TEST_CASE("a UTF8String is UTF-8", "[encoding]") {
    dev::certificate_options const good{.dns_names = {"a.example"}, .subject = "CN=caf\xC3\xA9"};
    CHECK(judge(build({}, {}, good)).empty());
    auto bad = good;
    bad.tamper_before_signing = replace("caf\xC3\xA9", "caf\xC3\x28");
    auto const b = build({}, {}, bad);
    CHECK(judge(b) == verify_flag::encoding);
    CHECK(chains::mbedtls_accepts(b));
}

TEST_CASE("the issuer's name is UTF-8, too", "[encoding]") {
    dev::authority_options const root{.subject = "CN=caf\xC3\xA9"};
    CHECK(judge(build(root, {})).empty());
    auto const b =
        build(root, {}, {.dns_names = {"a.example"}, .tamper_before_signing = replace("caf\xC3\xA9", "caf\xC3\x28")});
    CHECK(judge(b).has(verify_flag::encoding)); // and no issuer of that name
}

TEST_CASE("a serial number has octets", "[encoding]") {
    // the octet that it loses, the signature algorithm's parameters gain: none fits, so the length of what is around is
    // mended by hand
    auto const b = build({}, {}, {.dns_names = {"a.example"}, .serial = "0A", .tamper_before_signing = [](auto& tbs) {
                                      std::string text(reinterpret_cast<const char*>(tbs.data()), tbs.size());
                                      auto const at = text.find(std::string("\xA0\x03\x02\x01\x02\x02\x01\x0A", 8));
                                      REQUIRE(at == 4); // behind a SEQUENCE with two octets of length
                                      text.replace(at + 5, 3, std::string("\x02\x00", 2));
                                      std::size_t const size = text.size() - 4;
                                      text[2] = static_cast<char>(size >> 8);
                                      text[3] = static_cast<char>(size & 0xFF);
                                      tbs = octets(text);
                                  }});
    CHECK(judge(b) == verify_flag::encoding);
    CHECK(chains::mbedtls_accepts(b));
}
