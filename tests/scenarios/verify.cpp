// SPDX-License-Identifier: BSL-1.0

// examples/verify, run as a user would.
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace tlspp;

namespace {
constexpr auto limit = std::chrono::seconds(30);
constexpr std::int64_t at = 1'700'000'000; // 2023-11-14 22:13:20

struct world {
    test::temporary_folder folder;
    dev::authority root =
        or_throw(dev::authority::create({.common_name = "Root", .not_before = at - 86400, .not_after = at + 86400}));
    dev::authority middle = or_throw(root.intermediate({.not_before = at - 86400, .not_after = at + 86400}));
    std::string trusted = folder.write("trusted.pem", root.certificate_pem());

    static dev::certificate_options options(dev::certificate_options changed) {
        changed.not_before = at - 3600;
        changed.not_after = at + 3600;
        return changed;
    }
    static std::string pem(const dev::authority& issuer, const dev::certificate_options& changed) {
        return or_throw(issuer.issue_pem(options(changed))).certificate_pem;
    }
    std::string write(const char* name, const dev::authority& issuer, const dev::certificate_options& changed) const {
        return folder.write(name, pem(issuer, changed));
    }
};

/// The first certificate of a text.
std::string first_of(const std::string& pem) {
    constexpr std::string_view end = "-----END CERTIFICATE-----\n";
    return pem.substr(0, pem.find(end) + end.size());
}

test::process_result verify(std::vector<std::string> arguments) {
    const char* const programs = std::getenv("TLSPP_EXAMPLES");
    if (programs == nullptr || *programs == '\0') {
        SKIP("the examples were not built");
    }
    arguments.insert(arguments.begin(), std::string(programs) + "/verify");
    return test::run(arguments, {}, limit);
}

/// A run with what is always needed; the time is that of the certificates.
struct caller {
    std::string trusted;
    std::string chain;
    std::string time = std::to_string(at);
    std::string purpose = "server";

    test::process_result operator()(std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"--trusted", trusted, "--chain", chain, "--purpose", purpose, "--time", time};
        all.insert(all.end(), more.begin(), more.end());
        return verify(all);
    }
};

/// Refused, with these reasons and no others, one a line.
void refused(const test::process_result& r, const std::vector<verify_flag>& reasons) {
    std::string lines;
    for (verify_flag flag : reasons) {
        lines += std::string(describe(flag)) + "\n";
    }
    CHECK(r.status == 1);
    CHECK(r.out == lines);
    CHECK(r.err.empty());
}
void refused(const test::process_result& r, std::string_view beginning) {
    CHECK(r.status == 1);
    CHECK(r.out.starts_with(beginning));
    CHECK(r.out.ends_with("\n"));
    CHECK(r.err.empty());
}
void accepted(const test::process_result& r) {
    CHECK(r.status == 0);
    CHECK(r.out.empty());
    CHECK(r.err.empty());
}
} // namespace

TEST_CASE("verify judges trust, time and name", "[verify_program]") {
    world const w;
    caller const good{
        w.trusted,
        w.write("leaf.pem", w.middle,
                {.dns_names = {"a.example"}, .ip_addresses = {"192.0.2.1"}, .email_addresses = {"me@a.example"}})};
    accepted(good());
    accepted(good({"--name", "a.example"}));
    accepted(good({"--name", "a.example", "--name-kind", "DNS"}));
    accepted(good({"--name=a.example", "--name-kind=DNS", "--profile=rfc5280"}));
    accepted(good({"--name", "192.0.2.1", "--name-kind", "IP"}));
    accepted(good({"--name", "me@a.example", "--name-kind", "RFC822"}));

    refused(good({"--name", "b.example"}), {verify_flag::name_mismatch});
    refused(good({"--name", "192.0.2.2", "--name-kind", "IP"}), {verify_flag::name_mismatch});
    refused(good({"--name", "you@a.example", "--name-kind", "RFC822"}), {verify_flag::name_mismatch});
    refused(good({"--name", "192.0.2.1"}), "no certificate is for an address as a DNS name");
    refused(good({"--name", "a b"}), "the server name 'a b' ");

    auto other = good;
    other.time = std::to_string(at + 7200);
    refused(other({"--name", "b.example"}), {verify_flag::expired, verify_flag::name_mismatch});
    other.time = std::to_string(at - 7200);
    refused(other(), {verify_flag::not_yet_valid});
    other.time = std::to_string(at + 3600) + ".999"; // the last second
    accepted(other());
    other = good;
    other.trusted = w.folder.write("stranger.pem", or_throw(dev::authority::create({})).certificate_pem());
    refused(other(), {verify_flag::not_trusted});
    // the intermediate is missing
    other = good;
    other.chain = w.folder.write("alone.pem", first_of(world::pem(w.middle, {.dns_names = {"a.example"}})));
    refused(other(), {verify_flag::not_trusted});
    // without --time it is now, and all that expired long ago
    auto const now = verify({"--trusted", good.trusted, "--chain", good.chain, "--purpose", "server"});
    CHECK(now.status == 1);
    CHECK(now.out.find(describe(verify_flag::expired)) != std::string::npos);
}

TEST_CASE("verify judges uses and purposes", "[verify_program]") {
    world const w;
    caller const call{w.trusted,
                      w.write("leaf.pem", w.middle,
                              {.dns_names = {"a.example"},
                               .key_usage = dev::usage::digital_signature | dev::usage::key_agreement,
                               .extended_key_usage = {
                                   {dev::purpose::server_auth, dev::purpose::email_protection, "1.2.840.99999.1"}}})};
    for (auto const* uses :
         {"digitalSignature", "digital_signature", "DigitalSignature,keyAgreement", "keyagreement", ""}) {
        accepted(call({"--key-usage", uses}));
    }
    for (auto const* uses :
         {"keyCertSign", "digitalSignature,keyEncipherment", "cRLSign", "crl_sign", "contentCommitment",
          "nonRepudiation", "dataEncipherment", "encipherOnly", "decipherOnly"}) {
        refused(call({"--key-usage", uses}), {verify_flag::key_usage});
    }
    for (auto const* purposes : {"serverAuth", "server_auth,emailProtection", "1.2.840.99999.1", "any",
                                 "anyExtendedKeyUsage", "2.5.29.37.0", "1.3.6.1.5.5.7.3.1", ""}) {
        accepted(call({"--eku", purposes}));
    }
    for (auto const* purposes : {"clientAuth", "serverAuth,codeSigning", "timeStamping", "OCSPSigning", "ocsp_signing",
                                 "1.2.840.99999.2", "2.999.1", "1.2.840.99999"}) {
        refused(call({"--eku", purposes}), {verify_flag::extended_key_usage});
    }
    auto client = call;
    client.purpose = "client";
    refused(client(), {verify_flag::extended_key_usage});
    client.chain =
        w.write("client.pem", w.middle, {.common_name = "c", .extended_key_usage = {{dev::purpose::client_auth}}});
    accepted(client());
    client.purpose = "server";
    refused(client(), {verify_flag::extended_key_usage});
    // a certificate without the extensions is for everything
    auto const any =
        caller{w.trusted,
               w.write("any.pem", w.middle,
                       {.dns_names = {"a.example"}, .key_usage = 0, .extended_key_usage = std::vector<std::string>{}})};
    accepted(any({"--key-usage", "keyCertSign", "--eku", "codeSigning"}));
}

TEST_CASE("verify judges depth and profile", "[verify_program]") {
    world const w;
    auto const lower = or_throw(w.middle.intermediate({.not_before = at - 86400, .not_after = at + 86400}));
    caller const deep{w.trusted, w.write("deep.pem", lower, {.dns_names = {"a.example"}})};
    accepted(deep());
    accepted(deep({"--max-depth", "2"}));
    refused(deep({"--max-depth", "1"}), {verify_flag::chain_too_long});
    refused(deep({"--max-depth", "0"}), {verify_flag::chain_too_long});

    accepted(deep({"--profile", "webpki"}));
    caller const odd{w.trusted, w.write("odd.pem", w.middle, {.dns_names = {"a.example"}, .serial = "00"})};
    accepted(odd());
    accepted(odd({"--profile", "rfc5280"}));
    refused(odd({"--profile", "webpki"}), {verify_flag::serial_number});
}

TEST_CASE("verify looks certificates up", "[verify_program]") {
    world const w;
    caller const call{w.trusted, w.write("leaf.pem", w.root, {.dns_names = {"a.example"}, .serial = "1234"})};
    dev::crl_options const current{.this_update = at - 60, .next_update = at + 60};
    auto const list = [&](const std::vector<std::string>& revoked, dev::crl_options options) {
        return w.folder.write("list.pem", or_throw(w.root.crl_pem(revoked, options)));
    };
    accepted(call({"--crls", list({"4321"}, current)}));
    refused(call({"--crls", list({"4321", "1234"}, current)}), {verify_flag::revoked});
    refused(call({"--crls", list({}, {.this_update = at - 60, .next_update = at - 30})}), {verify_flag::crl_expired});
    CHECK(call({"--crls",
                list({}, {.this_update = at - 60, .next_update = at + 60, .without_extensions = {"2.5.29.20"}})})
              .status == 1);
    auto chained = call;
    chained.chain = w.write("chained.pem", w.middle, {.dns_names = {"a.example"}});
    refused(chained({"--crls", list({}, current)}), {verify_flag::crl_missing});
}

TEST_CASE("verify passes over what it cannot read, but not the certificate itself", "[verify_program]") {
    world const w;
    constexpr auto* broken = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
    auto const leaf = world::pem(w.middle, {.dns_names = {"a.example"}});
    auto const first = first_of(leaf);
    auto const rest = leaf.substr(first.size());
    caller const good{w.folder.write("trusted.pem", broken + w.root.certificate_pem()),
                      w.folder.write("chain.pem", "some text\n" + first + broken + rest)};
    accepted(good());
    auto bad = good;
    bad.chain = w.folder.write("chain2.pem", broken + leaf);
    refused(bad(), "the certificate cannot be read: ");
    bad = good;
    bad.trusted = w.folder.write("trusted2.pem", broken);
    refused(bad(), "no trusted certificate can be read: ");
}

TEST_CASE("verify is called wrongly", "[verify_program]") {
    world const w;
    caller const call{w.trusted, w.write("leaf.pem", w.middle, {.dns_names = {"a.example"}})};
    auto const empty = w.folder.write("empty.pem", "nothing\n");
    std::vector<std::vector<std::string>> const additions{{"--profile", "strict"},
                                                          {"--name-kind", "DNS"},
                                                          {"--name", "a.example", "--name-kind", "URI"},
                                                          {"--name", "a.example", "--name-kind", "IP"},
                                                          {"--max-depth", "many"},
                                                          {"--max-depth", "-1"},
                                                          {"--key-usage", "signing"},
                                                          {"--eku", "everything"},
                                                          {"--eku", "1"},
                                                          {"--eku", "3.1"},
                                                          {"--eku", "1.2..3"},
                                                          {"--eku", "1.40"},
                                                          {"--crls", "/nonexistent/file"},
                                                          {"--purpose", "server"},
                                                          {"--verbose"},
                                                          {"--crls"},
                                                          {"stray"}};
    for (auto const& more : additions) {
        auto const r = call(more);
        INFO(more.front() << " " << more.back());
        CHECK(r.status == 2);
        CHECK(r.out.empty());
        CHECK(r.err.starts_with("verify: "));
    }
    std::vector<std::vector<std::string>> const whole{
        {},
        {"--chain", call.chain, "--purpose", "server"},
        {"--trusted", call.trusted, "--purpose", "server"},
        {"--trusted", call.trusted, "--chain", call.chain},
        {"--trusted", call.trusted, "--chain", call.chain, "--purpose", "any"},
        {"--trusted", call.trusted, "--chain", call.chain, "--purpose", "server", "--time", "yesterday"},
        {"--trusted", "/nonexistent/file", "--chain", call.chain, "--purpose", "server"},
        {"--trusted", call.trusted, "--chain", "/nonexistent/file", "--purpose", "server"},
        {"--trusted", empty, "--chain", call.chain, "--purpose", "server"},
        {"--trusted", call.trusted, "--chain", empty, "--purpose", "server"},
    };
    for (auto const& arguments : whole) {
        CHECK(verify(arguments).status == 2);
    }
    auto const help = verify({"--help"});
    CHECK(help.status == 0);
    CHECK(help.out.starts_with("usage: verify "));
}
