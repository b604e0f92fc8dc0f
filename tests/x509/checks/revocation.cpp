// SPDX-License-Identifier: BSL-1.0
#include "../samples.hpp"

#include <tlspp/x509/checks/revocation.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <catch2/catch_test_macros.hpp>

#include <ctime>
#include <string>

using namespace tlspp;

namespace {
/// Made with openssl, since the development CA has no RSA-PSS: the CA, and a CRL of its that revokes 0A, 2026 to 2051.
constexpr std::string_view pss_ca = R"(-----BEGIN CERTIFICATE-----
MIIDFTCCAf2gAwIBAgIUK6OnGJP6QZ2NgObMi+mj8M8d7fwwDQYJKoZIhvcNAQEL
BQAwETEPMA0GA1UEAwwGUFNTIENBMCAXDTI2MTEyMzE0MzMzMloYDzIwNTEwNzE1
MTQzMzMyWjARMQ8wDQYDVQQDDAZQU1MgQ0EwggEiMA0GCSqGSIb3DQEBAQUAA4IB
DwAwggEKAoIBAQC37eIC89yAvWJ9D2S/r/aUQvDkrVhiPKRKcUpB6A8JARmmk/Hx
W3/VLnum/CrGxLMBEzMOFY6DbsmWhnRQ/pBlSwO7opgiB3GoeJbBOnmPfVTNk73I
mLBeTVkw3pU6TtqkYU/f0BBAezWizW7Qe9g91JpkefJ9RFBZCYGtvZnsondtlyQe
I9UsE4xwP2SgxAA6ziD9tPvEG/aUfugqJJOacLqnfzU/aE1uV6Lsjd6ADxtIxyle
VmA2aFbOUrwXFA4OQSm47hvBGDNVuY6siggu6fAqtu43tL11ZyqimcuSxxtMNNvf
WA53VUINdaT2kKYu7eQ/6i/604tJNquovJQBAgMBAAGjYzBhMB0GA1UdDgQWBBSC
bBG9+7ozhlHaSox3fGdHRfHj4jAfBgNVHSMEGDAWgBSCbBG9+7ozhlHaSox3fGdH
RfHj4jAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjANBgkqhkiG9w0B
AQsFAAOCAQEAOGSgjdo5XXGXv1NuzI1ghNdehvr9lGPEpLBIyGu/IKRKPQglwI02
2UpaGlBMVsEaqy6xUU1ChSB1YOsx/eaDSNA0znvd+/yDe/uVZ5G6M2K8PQGOEFZ8
jAInNCbNBUJopajy2teGfGfvtggZtqZi8IK7vAyeySYblHWpXAp6GV6MEFC1O4JZ
WoRJtoBrz6w3aJ0/r4mAFVOAedl3MZ5hWZQ+52xIpnB9ITu9Q3FikA4mGWajRSl4
IqkUKpz31wk+w+REYoq4OmADi8O1/Ze9rEXiEE83D7VLJZFztaPBs4SwbGq7DGkc
BVQG9PzEZ2uFPSCz4uMPzFJi77LDrVDliw==
-----END CERTIFICATE-----
)";
constexpr std::string_view pss_crl = R"(-----BEGIN X509 CRL-----
MIICCzCBwAIBATBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJ
KoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASAwETEPMA0GA1UEAwwGUFNTIENB
Fw0yNjExMjMxNDMzMzJaGA8yMDUxMDcxNTE0MzMzMlowFDASAgEKFw0yNTAxMDEw
MDAwMDBaoC8wLTAfBgNVHSMEGDAWgBSCbBG9+7ozhlHaSox3fGdHRfHj4jAKBgNV
HRQEAwIBATBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZI
hvcNAQEIMA0GCWCGSAFlAwQCAQUAogMCASADggEBAEGyEr/0bAaHOac8tJHEYDyQ
nagQSnoz0Z2XsmJaAzJwRBOG8SPmFXFFwRuZjcUv6nQlE66eHVGpZoqQ2p1thewu
xi2s40jT7lchRCtNidO51OqsRB+Ls+kCMEjJXec6qwvfAWR0fRLohFULShf13U+O
HGLxlguoOyR9G/krcu1FTZH4bD70YVtjtkOVH1g/7W6oc8o6Ch0olLNdVWx23Wql
MiNjbI4DnoZZYBnyqsvM8zT0JMbzN9m6h9ICn22m8AuZy92ZY8GJcLxr1+AuHGzH
Xzotj5IH6UwGkA+S5Z4ON+hIga6ZVvufkV4TRrE7RtpK1+1hzq/8q+ZaHr21YrI=
-----END X509 CRL-----
)";

std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)); }
constexpr std::int64_t day = 86'400;

/// What the lists say of a certificate with serial number 0A, issued by `issuer`.
verify_flags judge(const crl_list& lists, const dev::authority& issuer = samples::ca(),
                   const verify_policy& given = {}) {
    static auto const leaf = samples::issue({.dns_names = {"a.example"}, .serial = "0A"});
    verify_policy policy = given;
    policy.crls = lists;
    verify_flags found;
    auto const ca = or_throw(issuer.certificate());
    CHECK(x509::check_revocation(*leaf.native_handle(), *ca.native_handle(), policy, found) == 0);
    return found;
}
crl list(const std::vector<std::string>& revoked = {}, const dev::crl_options& options = {},
         const dev::authority& issuer = samples::ca()) {
    return or_throw(crl::from_pem(or_throw(issuer.crl_pem(revoked, options))));
}
} // namespace

TEST_CASE("a certificate that is on its issuer's list is revoked, another is not", "[revocation]") {
    CHECK(judge(list()).empty());
    CHECK(judge(list({"0B", "0A0A", "0A00"})).empty());
    CHECK(judge(list({"0A"})) == verify_flag::revoked);
    CHECK(judge(list({"0B", "0C", "0A"})) == verify_flag::revoked);
}

TEST_CASE("no list of the issuer is no answer", "[revocation]") {
    auto const stranger = or_throw(dev::authority::create({.common_name = "Stranger"}));
    CHECK(judge({}) == verify_flag::crl_missing);
    CHECK(judge(list({"0A"}, {}, stranger)) == verify_flag::crl_missing);
    CHECK(judge({list({"0A"}, {}, stranger), list()}).empty());
}

TEST_CASE("a list counts from thisUpdate to nextUpdate, both included", "[revocation]") {
    CHECK(judge(list({}, {.this_update = now() - 10 * day, .next_update = now() - day})) == verify_flag::crl_expired);
    CHECK(judge(list({}, {.this_update = now() + day, .next_update = now() + 9 * day})) ==
          verify_flag::crl_not_yet_valid);
    CHECK(judge(list({"0A"}, {.this_update = now() - 10 * day, .next_update = now() - day})) ==
          (verify_flag::crl_expired | verify_flag::revoked));

    static std::int64_t time = 0;
    verify_policy const policy{.clock = [](void*) { return time; }};
    auto const short_lived = list({}, {.this_update = 1'000'000'000, .next_update = 1'000'000'100});
    for (auto const& [at, expected] : {std::pair{999'999'999, verify_flags(verify_flag::crl_not_yet_valid)},
                                       {1'000'000'000, verify_flags()},
                                       {1'000'000'100, verify_flags()},
                                       {1'000'000'101, verify_flags(verify_flag::crl_expired)},
                                       {-1, verify_flags(verify_flag::no_clock)}}) {
        time = at;
        CHECK(judge(short_lived, samples::ca(), policy) == expected);
    }
    CHECK(judge(short_lived, samples::ca(), {.insecure_no_clock = true}).empty());
}

TEST_CASE("of several lists of one issuer the newest that is current counts", "[revocation]") {
    auto const old_and_current = list({"0A"}, {.this_update = now() - 5 * day}); // a hold that was lifted
    auto const newest = list({}, {.this_update = now() - day});
    auto const expired = list({"0A"}, {.this_update = now() - 9 * day, .next_update = now() - 7 * day});
    auto const future = list({"0A"}, {.this_update = now() + day, .next_update = now() + 9 * day});
    CHECK(judge({old_and_current, newest}).empty());
    CHECK(judge({newest, old_and_current}).empty());
    CHECK(judge({expired, future, newest}).empty());
    CHECK(judge({newest, future, expired}).empty());
    CHECK(judge({expired, old_and_current}) == verify_flag::revoked);
    CHECK(judge({list({}, {.this_update = now() - 5 * day}), list({"0A"}, {.this_update = now() - day})}) ==
          verify_flag::revoked);
}

TEST_CASE("a list must be signed by the issuer", "[revocation]") {
    // the same name, another key; the lists name the key that signed them, or do not
    auto const impostor = or_throw(dev::authority::create({.common_name = "Test CA"}));
    auto const forged = list({}, {}, impostor);
    auto const forged_without_key = list({}, {.without_extensions = {"2.5.29.35"}}, impostor);
    CHECK(judge(forged) == verify_flag::crl_missing);
    CHECK(judge(forged_without_key) == verify_flag::crl_not_trusted);
    CHECK(judge({forged_without_key, list()}).empty());
    CHECK(judge({forged_without_key, list({"0A"})}) == verify_flag::revoked);
    auto const broken = list({}, {.tamper = [](std::vector<std::byte>& der) { der.back() ^= std::byte{1}; }});
    CHECK(judge(broken) == verify_flag::crl_not_trusted);
    auto const emptied =
        list({"0A"}, {.tamper = [](std::vector<std::byte>& der) {
                 // another serial number in the list, and the old signature
                 for (std::size_t i = 0; i + 2 < der.size(); ++i) {
                     if (der[i] == std::byte{2} && der[i + 1] == std::byte{1} && der[i + 2] == std::byte{0x0A}) {
                         der[i + 2] = std::byte{0x0B};
                         return;
                     }
                 }
             }});
    CHECK(judge(emptied) == verify_flag::crl_not_trusted);
    // a forged list that is newer does not displace a good one
    CHECK(judge({list({"0A"}, {.this_update = now() - day}),
                 list({}, {.this_update = now() - 60, .without_extensions = {"2.5.29.35"}}, impostor)}) ==
          verify_flag::revoked);
}

TEST_CASE("the issuer must be allowed to sign lists", "[revocation]") {
    auto const only_certificates =
        or_throw(dev::authority::create({.common_name = "No lists", .key_usage = dev::usage::key_cert_sign}));
    CHECK(judge(list({}, {}, only_certificates), only_certificates) == verify_flag::crl_not_trusted);
    auto const no_usage = or_throw(dev::authority::create({.common_name = "Any use", .key_usage = 0}));
    CHECK(judge(list({}, {}, no_usage), no_usage).empty());
}

TEST_CASE("the hash of a list must be strong enough", "[revocation]") {
    CHECK(judge(list({}, {.hash = dev::hash::insecure_sha1})) == verify_flag::crl_weak_hash);
    CHECK(judge(list({}, {.hash = dev::hash::sha384})).empty());
    CHECK(judge(list({}, {.hash = dev::hash::sha512})).empty());
    mbedtls_x509_crt_profile strict = mbedtls_x509_crt_profile_default;
    strict.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384);
    CHECK(judge(list(), samples::ca(), {.strength = &strict}) == verify_flag::crl_weak_hash);
    CHECK(judge(list({}, {.hash = dev::hash::sha384}), samples::ca(), {.strength = &strict}).empty());
}

TEST_CASE("lists signed with RSA and on other curves", "[revocation]") {
    for (auto const type : {dev::key_type::rsa_2048, dev::key_type::ec_p384, dev::key_type::ec_p521}) {
        auto const ca = or_throw(dev::authority::create({.common_name = "Another", .key_type = type}));
        CHECK(judge(list({}, {}, ca), ca).empty());
        CHECK(judge(list({"0A"}, {}, ca), ca) == verify_flag::revoked);
        CHECK(judge(list({}, {.tamper = [](std::vector<std::byte>& der) { der.back() ^= std::byte{1}; }}, ca), ca) ==
              verify_flag::crl_not_trusted);
    }
}

TEST_CASE("lists signed with RSA-PSS", "[revocation]") {
    auto const ca = or_throw(certificate::from_pem(pss_ca));
    auto const one = samples::issue({.serial = "0A"});
    auto const other = samples::issue({.serial = "0B"});
    verify_policy policy{.clock = [](void*) { return std::int64_t{1'900'000'000}; }};
    policy.crls = or_throw(crl::from_pem(pss_crl));
    verify_flags found;
    CHECK(x509::check_revocation(*other.native_handle(), *ca.native_handle(), policy, found) == 0);
    CHECK(found.empty());
    CHECK(x509::check_revocation(*one.native_handle(), *ca.native_handle(), policy, found) == 0);
    CHECK(found == verify_flag::revoked);

    std::string broken(policy.crls[0].der().text());
    broken.back() ^= 1;
    policy.crls = or_throw(crl::from_der(broken));
    found = {};
    CHECK(x509::check_revocation(*other.native_handle(), *ca.native_handle(), policy, found) == 0);
    CHECK(found == verify_flag::crl_not_trusted);
}

TEST_CASE("x509::verify looks up, matches pins, and asks no callback", "[revocation]") {
    auto const leaf = samples::issue({.dns_names = {"a.example"}, .serial = "0A"});
    auto const trust = or_throw(samples::ca().trust());
    x509::verify_options options{.policy = {.revocation = revocation::chain,
                                            .crls = list(),
                                            .on_verify = [](verification& v) { v.refuse("not asked"); }}};
    CHECK(x509::verify({&leaf, 1}, trust, options));
    options.policy.crls = list({"0A"});
    CHECK(x509::verify({&leaf, 1}, trust, options).error().flags() == verify_flag::revoked);
    options.policy.crls = {};
    CHECK(x509::verify({&leaf, 1}, trust, options).error().flags() == verify_flag::crl_missing);
    options.policy.revocation = revocation::off;
    options.policy.pins = {or_throw(spki_pin::of(leaf))};
    CHECK(x509::verify({&leaf, 1}, trust, options));
    options.policy.distrusted = options.policy.pins;
    options.policy.pins = {spki_pin(sha256_digest{})};
    CHECK(x509::verify({&leaf, 1}, trust, options).error().flags() ==
          (verify_flag::pin_mismatch | verify_flag::distrusted));
    // a list that is current then and not now
    options = {.time = 1'800'000'000, .policy = {.revocation = revocation::leaf}};
    options.policy.crls = list({}, {.this_update = 1'799'999'999, .next_update = 1'800'000'001});
    auto const then = x509::verify({&leaf, 1}, trust, options);
    CHECK((then ? verify_flags() : then.error().flags())
              .without(verify_flag::expired | verify_flag::not_yet_valid)
              .empty());
}
