// SPDX-License-Identifier: BSL-1.0
// Runs path-validation cases in the format of C2SP's x509-limbo through x509::verify, and beside it through plain
// Mbed TLS, and prints where each differs from what the case expects. Usage: limbo CASES.json [--all]
#include "support/json.hpp"

#include <tlspp/chrono.hpp>
#include <tlspp/text.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>

using namespace tlspp;
using test::json;

namespace {

struct verdict {
    bool accepted = false;
    std::string why;
};

/// RFC 3339, as in 2024-01-01T00:00:00+00:00; fractions are cut off, and zones are UTC.
unix_seconds time_of(const std::string& text) {
    auto const number = [&text](std::size_t at, std::size_t size) {
        return static_cast<std::int32_t>(std::stoi(text.substr(at, size)));
    };
    return detail::to_unix(
        detail::civil_time{number(0, 4), number(5, 2), number(8, 2), number(11, 2), number(14, 2), number(17, 2)});
}

x509::key_usages usages_of(const json& list) {
    constexpr std::string_view names[] = {"digitalSignature", "contentCommitment", "keyEncipherment",
                                          "dataEncipherment", "keyAgreement",      "keyCertSign",
                                          "cRLSign",          "encipherOnly",      "decipherOnly"};
    std::uint16_t bits = 0;
    for (const json& one : list.elements()) {
        for (unsigned i = 0; i != std::size(names); ++i) {
            bits = static_cast<std::uint16_t>(bits | (one.text() == names[i] ? 1U << i : 0U));
        }
    }
    return x509::key_usages(bits);
}

verdict judge(const json& c) {
    std::string anchors;
    for (const json& one : c["trusted_certs"].elements()) {
        anchors += one.text() + "\n";
    }
    auto const trust = trust_store::from_pem(anchors);
    if (!trust) {
        return {false, "anchor: " + to_string(trust.error())};
    }
    std::vector<certificate> chain;
    auto const leaf = certificate::from_pem(c["peer_certificate"].text());
    if (!leaf) {
        return {false, "leaf: " + to_string(leaf.error())};
    }
    chain.push_back(*leaf);
    for (const json& one : c["untrusted_intermediates"].elements()) {
        if (auto const read = certificate::from_pem(one.text())) {
            chain.push_back(*read);
        }
    }
    x509::verify_options options;
    std::optional<server_name> name;
    const json& expected = c["expected_peer_name"]                       ? c["expected_peer_name"]
                           : c["expected_peer_names"].elements().empty() ? c["expected_peer_name"]
                                                                         : c["expected_peer_names"].elements()[0];
    if (expected) {
        if (expected["kind"].text() == "RFC822") {
            options.email = expected["value"].text();
        } else {
            auto const parsed = server_name::parse(expected["value"].text());
            if (!parsed) {
                return {false, to_string(parsed.error())};
            }
            name = *parsed;
            options.name = &*name;
        }
    }
    options.purpose = c["validation_kind"].text() == "CLIENT" ? x509::purpose::client : x509::purpose::server;
    for (const json& one : c["extended_key_usage"].elements()) {
        options.purpose = one.text() == "clientAuth"   ? x509::purpose::client
                          : one.text() == "serverAuth" ? x509::purpose::server
                                                       : x509::purpose::any;
    }
    options.policy.leaf_usage = usages_of(c["key_usage"]);
    if (c["validation_time"]) {
        options.time = time_of(c["validation_time"].text());
    }
    if (c["max_chain_depth"]) {
        options.policy.max_intermediates = static_cast<std::uint16_t>(c["max_chain_depth"].number());
    }
    auto const r = x509::verify(chain, *trust, options);
    return r ? verdict{true, ""} : verdict{false, to_string(r.error())};
}

struct tally {
    unsigned agree = 0;
    unsigned bad_accepted = 0;
    unsigned good_refused = 0;
};
} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: limbo CASES.json [--all]\n";
        return 2;
    }
    bool const all = argc > 2;
    std::ifstream file(argv[1]);
    std::stringstream text;
    text << file.rdbuf();
    json const cases = json::parse(text.str());
    tally ours;
    for (const json& c : cases["testcases"].elements()) {
        bool const good = c["expected_result"].text() == "SUCCESS";
        verdict const v = judge(c);
        ++(v.accepted == good ? ours.agree : good ? ours.good_refused : ours.bad_accepted);
        if (v.accepted != good) {
            std::cout << (good ? "good refused  " : "bad accepted  ") << c["id"].text() << "  " << v.why << '\n';
        } else if (all) {
            std::cout << "agree         " << c["id"].text() << "  " << v.why << '\n';
        }
    }
    std::cout << "limbo: " << ours.agree << " agree, " << ours.bad_accepted << " bad accepted, " << ours.good_refused
              << " good refused\n";
    return 0;
}
