// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/json.hpp"

#include <tlspp/x509/extensions.hpp>
#include <tlspp/x509/time.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// Path-validation cases in the format of C2SP's x509-limbo.
namespace limbo {

struct peer_name {
    std::string kind; ///< DNS, IP or RFC822
    std::string value;
};

struct test_case {
    std::string id;
    std::vector<std::string> features;
    bool good = false; ///< the chain is to be accepted
    bool of_client = false;
    std::vector<std::string> anchors;
    std::vector<std::string> intermediates;
    std::string leaf;
    std::string key;
    std::vector<std::string> crls;
    std::vector<peer_name> names; ///< the leaf must be for all of them
    std::vector<std::string> purposes;
    tlspp::x509::key_usages usages;
    std::optional<tlspp::unix_seconds> time;
    std::optional<std::uint16_t> depth;
};

inline std::vector<std::string> texts_of(const test::json& list) {
    std::vector<std::string> out;
    for (const test::json& one : list.elements()) {
        out.push_back(one.text());
    }
    return out;
}

/// RFC 3339, as in 2024-01-01T00:00:00+00:00; fractions are cut off, and all zones are taken for UTC.
inline tlspp::unix_seconds time_of(const std::string& text) {
    auto const number = [&text](std::size_t at, std::size_t size) {
        return static_cast<std::int32_t>(std::stoi(text.substr(at, size)));
    };
    return tlspp::detail::to_unix(tlspp::detail::civil_time{number(0, 4), number(5, 2), number(8, 2), number(11, 2),
                                                            number(14, 2), number(17, 2)});
}

inline tlspp::x509::key_usages usages_of(const std::vector<std::string>& list) {
    constexpr std::string_view names[] = {"digitalSignature", "contentCommitment", "keyEncipherment",
                                          "dataEncipherment", "keyAgreement",      "keyCertSign",
                                          "cRLSign",          "encipherOnly",      "decipherOnly"};
    std::uint16_t bits = 0;
    for (auto const& one : list) {
        for (unsigned i = 0; i != std::size(names); ++i) {
            bits = static_cast<std::uint16_t>(bits | (one == names[i] ? 1U << i : 0U));
        }
    }
    return tlspp::x509::key_usages(bits);
}

inline test_case read(const test::json& c) {
    test_case out;
    out.id = c["id"].text();
    out.features = texts_of(c["features"]);
    out.good = c["expected_result"].text() == "SUCCESS";
    out.of_client = c["validation_kind"].text() == "CLIENT";
    out.anchors = texts_of(c["trusted_certs"]);
    out.intermediates = texts_of(c["untrusted_intermediates"]);
    out.leaf = c["peer_certificate"].text();
    out.key = c["peer_certificate_key"].text();
    out.crls = texts_of(c["crls"]);
    if (c["expected_peer_name"]) {
        out.names.push_back({c["expected_peer_name"]["kind"].text(), c["expected_peer_name"]["value"].text()});
    }
    for (const test::json& one : c["expected_peer_names"].elements()) {
        out.names.push_back({one["kind"].text(), one["value"].text()});
    }
    out.purposes = texts_of(c["extended_key_usage"]);
    out.usages = usages_of(texts_of(c["key_usage"]));
    if (c["validation_time"]) {
        out.time = time_of(c["validation_time"].text());
    }
    if (c["max_chain_depth"]) {
        out.depth = static_cast<std::uint16_t>(c["max_chain_depth"].number());
    }
    return out;
}
} // namespace limbo
