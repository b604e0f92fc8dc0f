// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/unknown_critical.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("a critical extension that nobody processes refuses the chain", "[unknown_critical]") {
    auto const unknown = [](bool critical, const char* oid = "1.2.3.4") {
        return std::vector<dev::extension>{{oid, samples::octets({"\x05\x00", 2}), critical}};
    };
    CHECK(judge(build({}, {{.extensions = unknown(false)}}, {.dns_names = {"a.example"}, .extensions = unknown(false)}))
              .empty());
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}, .extensions = unknown(true)})) ==
          verify_flag::unknown_critical);
    CHECK(judge(build({}, {{.extensions = unknown(true)}})) == verify_flag::unknown_critical);
    CHECK(judge(build({.extensions = unknown(true)}, {})) == verify_flag::unknown_critical);
    CHECK(chains::judge_with(build({.extensions = unknown(true)}, {}), {.insecure_ignore_unknown_critical = true})
              .empty());
    // policy mappings, inhibitAnyPolicy, authority information access
    for (const char* oid : {"2.5.29.33", "2.5.29.54", "1.3.6.1.5.5.7.1.1"}) {
        CHECK(judge(build({}, {{.extensions = unknown(true, oid)}})) == verify_flag::unknown_critical);
        CHECK(judge(build({}, {{.extensions = unknown(false, oid)}})).empty());
    }
    // key identifiers must not be critical, and are not processed; an anchor's as little as others'
    auto const identifier = [](const char* oid, std::string_view der) {
        return std::vector<dev::extension>{{oid, samples::octets(der), true}};
    };
    for (auto const& one :
         {identifier("2.5.29.14", {"\x04\x02\xAA\xBB", 4}), identifier("2.5.29.35", {"\x30\x04\x80\x02\xAA\xBB", 6})}) {
        CHECK(judge(build({}, {{.extensions = one}})) == verify_flag::unknown_critical);
        auto const b = build({.extensions = one}, {});
        CHECK(judge(b) == verify_flag::unknown_critical);
        CHECK(chains::mbedtls_accepts(b));
    }
    // policy constraints count even where they are not marked
    CHECK(judge(build({}, {{.extensions = unknown(false, "2.5.29.36")}})) == verify_flag::unknown_critical);
}
