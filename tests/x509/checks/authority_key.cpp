// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/authority_key.hpp>

#include "form_gap.hpp"
#include <string>
#include <string_view>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
constexpr auto left_out = &verify_policy::insecure_no_authority_key;
constexpr const char* oid = "2.5.29.35";
// keyIdentifier, authorityCertIssuer CN=x, authorityCertSerialNumber 1
constexpr std::string_view key_only{"\x30\x04\x80\x02\xAA\xBB", 6};
constexpr std::string_view all_fields{
    "\x30\x19\x80\x02\xAA\xBB\xA1\x10\xA4\x0E\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01x\x82\x01\x01", 27};

dev::certificate_options leaf(std::string_view value) {
    return {.dns_names = {"a.example"}, .extensions = {chains::extension(oid, value)}};
}
} // namespace

TEST_CASE("a certificate names its issuer's key", "[authority_key]") {
    CHECK(judge_form(build({}, {{}, {}})).empty());
    auto const flag = verify_flag::authority_key;
    form_gap(build({}, {}, {.dns_names = {"a.example"}, .without_extensions = {oid}}), flag, left_out);
    form_gap(build({}, {{.without_extensions = {oid}}}), flag, left_out);
    form_gap(build({}, {}, leaf(key_only)), flag, left_out); // another's key
    // where the issuer does not say which key it has, any will do
    CHECK(judge_form(build({.without_extensions = {"2.5.29.14"}}, {}, leaf(key_only))).empty());
    form_gap(build({.without_extensions = {"2.5.29.14"}}, {}, leaf(all_fields)), flag, left_out);
}

TEST_CASE("authorityKeyIdentifier is read as it stands", "[authority_key]") {
    auto const fields = x509::read_authority_key(all_fields);
    REQUIRE(fields);
    CHECK(fields->key);
    CHECK(fields->issuer);
    CHECK(fields->serial);
    CHECK_FALSE(x509::read_authority_key(all_fields.substr(0, 10)));
    CHECK_FALSE(x509::read_authority_key(std::string(key_only) + "x"));
    CHECK_FALSE(x509::read_authority_key(std::string_view("\x30\x03\x85\x01\x01", 5)));
    CHECK_FALSE(x509::read_authority_key(std::string_view("")));
}

TEST_CASE("an anchor need not name its issuer, and names no other one", "[authority_key]") {
    CHECK(judge_form(build({.without_extensions = {oid}}, {})).empty());
    form_gap(build({.extensions = {chains::extension(oid, key_only)}}, {}), verify_flag::authority_key, left_out);
    auto const root = [](const char* subject, const char* serial) {
        return build({.subject = subject,
                      .serial = serial,
                      .extensions = {chains::extension(oid, all_fields)},
                      .without_extensions = {"2.5.29.14"}},
                     {});
    };
    CHECK(judge_form(root("CN=x", "01")).empty());
    form_gap(root("CN=x", "02"), verify_flag::authority_key, left_out);
    form_gap(root("CN=y", "01"), verify_flag::authority_key, left_out);
    // an intermediate that is trusted has another issuer
    auto const top = or_throw(dev::authority::create({}));
    auto const middle = or_throw(top.intermediate({.extensions = {chains::extension(oid, key_only)}}));
    std::vector<certificate> const chain{samples::issue({.dns_names = {"a.example"}}, middle)};
    auto const trust = or_throw(trust_store::from_pem(middle.certificate_pem()));
    CHECK(chains::judge(chain, trust, {.profile = profile::webpki}).empty());
}
