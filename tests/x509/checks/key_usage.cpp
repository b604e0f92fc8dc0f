// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/key_usage.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;
namespace usage = dev::usage;

TEST_CASE("who issues may sign certificates, and the leaf may not", "[key_usage]") {
    CHECK(judge(build({}, {{}})).empty());
    CHECK(judge(build({.key_usage = 0}, {{.key_usage = 0}}, {.dns_names = {"a.example"}, .key_usage = 0})).empty());
    CHECK_FALSE(judge(build({}, {{.key_usage = usage::digital_signature}})).empty());
    CHECK_FALSE(judge(build({.key_usage = usage::crl_sign}, {})).empty());

    auto const b =
        build({}, {}, {.dns_names = {"a.example"}, .key_usage = usage::digital_signature | usage::key_cert_sign});
    CHECK(judge(b) == verify_flag::key_usage);
    CHECK(chains::mbedtls_accepts(b));
    CHECK(chains::judge_with(b, {.insecure_no_key_usage = true}).empty());
}

TEST_CASE("the leaf may be used as it is", "[key_usage]") {
    auto const b = build({}, {}, {.dns_names = {"a.example"}, .key_usage = usage::key_encipherment});
    CHECK(judge(b).empty());
    auto const signing = x509::key_usages(static_cast<std::uint16_t>(x509::key_usage::digital_signature));
    CHECK(chains::judge_with(b, {.leaf_usage = signing}) == verify_flag::key_usage);
    CHECK(chains::judge_with(build({}, {}), {.leaf_usage = signing}).empty());
}

TEST_CASE("a key for something else serves nobody", "[key_usage]") {
    auto const with = [](unsigned bits) { return build({}, {}, {.dns_names = {"a.example"}, .key_usage = bits}); };
    for (unsigned const bits : {usage::digital_signature, usage::key_encipherment, usage::key_agreement}) {
        CHECK(judge(with(bits | usage::crl_sign)).empty());
    }
    for (unsigned const bits : {usage::crl_sign, usage::data_encipherment, usage::non_repudiation}) {
        CHECK(judge(with(bits)) == verify_flag::key_usage);
        CHECK(chains::mbedtls_accepts(with(bits)));
        CHECK(judge(with(bits), {.purpose = x509::purpose::any}).empty());
    }
    CHECK(judge(with(usage::key_encipherment), {.purpose = x509::purpose::client}) == verify_flag::key_usage);
    CHECK(judge(with(usage::digital_signature), {.purpose = x509::purpose::client}).empty());
}

TEST_CASE("a keyUsage that cannot be read is in no certificate", "[key_usage]") {
    // the check goes by what Mbed TLS has read, and Mbed TLS's parser lets no other through
    auto const b = build({}, {}, {.dns_names = {"a.example"}, .key_usage = usage::digital_signature});
    auto const whole = b.chain.front().der();
    auto const value = x509::find_extension(*b.chain.front().native_handle(), x509::oids::key_usage)->value;
    std::vector<std::byte> spoilt(whole.begin(), whole.end());
    CHECK(certificate::from_der(bytes(spoilt)));
    spoilt[static_cast<std::size_t>(value.data() - whole.data())] = std::byte{0x04}; // an OCTET STRING
    CHECK(certificate::from_der(bytes(spoilt)).error() == errc::malformed);
}
