// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/pem.hpp>
#include <tlspp/dev.hpp>

#include <functional>
#include <string>
#include <vector>

/// \file
/// What servers send besides their own certificates, and whether there is a path in it: for tests of path building.
namespace test {

struct path_case {
    std::string what;
    std::string leaf;                ///< PEM, without anything else
    std::string key;                 ///< PEM
    std::vector<std::string> others; ///< PEM, as they are sent behind the leaf
    std::string anchors;             ///< PEM
    std::vector<std::string> path;   ///< common names, leaf to anchor; empty: there is none
    bool mbedtls_finds_it = false;   ///< the path that Mbed TLS builds by itself

    std::string chain() const {
        std::string all = leaf;
        for (const std::string& one : others) {
            all += one;
        }
        return all;
    }
};

class path_cases {
public:
    static const std::vector<path_case>& all() {
        static const path_cases made;
        return made.cases_;
    }

private:
    using authority = tlspp::dev::authority;
    using options = tlspp::dev::authority_options;
    struct end_entity {
        std::string certificate;
        std::string key;
    };

    static authority root(options o) { return tlspp::or_throw(authority::create(o)); }
    static authority below(const authority& ca, options o) { return tlspp::or_throw(ca.intermediate(o)); }
    /// A certificate of `ca` for the name and key of `subject`.
    static authority crossed(const authority& ca, const authority& subject, options o) {
        o.key_pem = subject.own_credentials().key_pem;
        return below(ca, o);
    }
    static end_entity leaf(const authority& ca) {
        auto const made = tlspp::or_throw(ca.issue_pem({.dns_names = {"localhost"}, .common_name = "Leaf"}));
        tlspp::detail::pem_cursor blocks(made.certificate_pem);
        tlspp::detail::pem_block first;
        (void)blocks.next(first);
        return {std::string(first.whole), made.key_pem};
    }
    void add(std::string what, const end_entity& e, std::vector<authority> sent, std::vector<authority> anchors,
             std::vector<std::string> path, bool by_mbedtls = false) {
        path_case c{std::move(what), e.certificate, e.key, {}, {}, std::move(path), by_mbedtls};
        for (const authority& one : sent) {
            c.others.push_back(one.certificate_pem());
        }
        for (const authority& one : anchors) {
            c.anchors += one.certificate_pem();
        }
        cases_.push_back(std::move(c));
    }

    path_cases() {
        orders();
        twins();
        crosses();
        loops();
    }

    void orders() {
        auto const top = root({.common_name = "Root"});
        auto const one = below(top, {.common_name = "One"});
        auto const two = below(one, {.common_name = "Two"});
        auto const three = below(two, {.common_name = "Three"});
        auto const stranger = root({.common_name = "Stranger"});
        auto const strange = below(stranger, {.common_name = "Strange"});
        auto const e = leaf(three);
        std::vector<std::string> const path{"Leaf", "Three", "Two", "One", "Root"};
        add("in order", e, {three, two, one}, {top}, path, true);
        add("upside down", e, {one, two, three}, {top}, path);
        add("mixed", e, {two, three, one}, {top}, path);
        add("superfluous ones in between", e, {strange, one, stranger, two, top, three, strange, one}, {top}, path);
        add("twice each", e, {one, one, two, two, three, three}, {top}, path);
        add("upside down, one missing", e, {one, three}, {top}, {});
        add("upside down, another root", e, {one, two, three}, {stranger}, {});
    }

    /// Two issuers of one name: the first is no good.
    void twins() {
        auto const top = root({.common_name = "Root"});
        auto const twin = below(top, {.common_name = "Twin"});
        auto const e = leaf(twin);
        std::vector<std::string> const path{"Leaf", "Twin", "Root"};
        auto const try_first = [&](const std::string& what, const authority& first, bool by_mbedtls = false) {
            add(what + " comes first", e, {first, twin}, {top}, path, by_mbedtls);
            add(what + " comes alone", e, {first}, {top}, {});
        };
        try_first("one with another key", below(top, {.common_name = "Twin"}));
        try_first("an expired one", crossed(top, twin, {.common_name = "Twin", .not_before = 1000, .not_after = 2000}),
                  true);
        try_first("one that is no CA", crossed(top, twin, {.common_name = "Twin", .is_ca = false}), true);
        try_first("one that may not sign",
                  crossed(top, twin, {.common_name = "Twin", .key_usage = tlspp::dev::usage::digital_signature}), true);
        try_first(
            "one for other names",
            crossed(top, twin,
                    {.common_name = "Twin", .permitted = {"DNS:example.org"}, .name_constraints_critical = false}));
        try_first("one for other purposes",
                  crossed(top, twin,
                          {.common_name = "Twin",
                           .extended_key_usage = std::vector<std::string>{tlspp::dev::purpose::email_protection}}));
        try_first("one signed with SHA-1",
                  crossed(top, twin, {.common_name = "Twin", .hash = tlspp::dev::hash::insecure_sha1}));
    }

    void crosses() {
        auto const known = root({.common_name = "Known"});
        auto const old = root({.common_name = "Old", .not_before = 1000, .not_after = 2000});
        auto const unknown = root({.common_name = "Unknown"});
        auto const sub = below(known, {.common_name = "Sub"});
        auto const by_unknown = crossed(unknown, sub, {.common_name = "Sub"});
        auto const by_old = crossed(old, sub, {.common_name = "Sub"});
        auto const e = leaf(sub);
        std::vector<std::string> const path{"Leaf", "Sub", "Known"};
        add("cross-signed, the anchor of the first is missing", e, {by_unknown, sub}, {known}, path);
        add("cross-signed, with its unknown root", e, {by_unknown, unknown, sub}, {known}, path);
        add("cross-signed, the anchor of the first has expired", e, {by_old, sub}, {old, known}, path);
        add("cross-signed, the second one is not wanted", e, {sub, by_unknown}, {known}, path, true);
        add("cross-signed, no anchor is any good", e, {by_old, by_unknown}, {old, known}, {});

        // the old root has signed the new one's key, and peers still send that
        auto const fresh = root({.common_name = "Fresh"});
        auto const fresh_by_old = crossed(old, fresh, {.common_name = "Fresh"});
        auto const issuing = below(fresh, {.common_name = "Issuing"});
        add("a new root that an expired one signed", leaf(issuing), {issuing, fresh_by_old}, {old, fresh},
            {"Leaf", "Issuing", "Fresh"}, true);
    }

    void loops() {
        auto const top = root({.common_name = "Root"});
        auto const a = root({.common_name = "A"});
        auto const b = root({.common_name = "B"});
        auto const a_by_b = crossed(b, a, {.common_name = "A"});
        auto const b_by_a = crossed(a, b, {.common_name = "B"});
        auto const a_by_root = crossed(top, a, {.common_name = "A"});
        auto const e = leaf(b);
        add("a loop with a way out", e, {b_by_a, a_by_b, a_by_root}, {top}, {"Leaf", "B", "A", "Root"});
        add("a loop without", e, {b_by_a, a_by_b}, {top}, {});

        std::vector<authority> keys;
        for (int i = 0; i != 4; ++i) {
            keys.push_back(root({.subject = "CN=Maze"}));
        }
        std::vector<authority> maze;
        for (const authority& issuer : keys) {
            for (const authority& subject : keys) {
                maze.push_back(crossed(issuer, subject, {.subject = "CN=Maze"}));
            }
        }
        add("a maze without a way out", leaf(keys[0]), maze, {top}, {});
    }

    std::vector<path_case> cases_;
};
} // namespace test
