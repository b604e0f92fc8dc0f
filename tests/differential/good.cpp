// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// Chains that everybody should accept, but for one that the RFC leaves to them.
namespace differential {
namespace {
namespace usage = dev::usage;
using dev::purpose::any;
using dev::purpose::client_auth;
using dev::purpose::server_auth;
using enum verdict;

void nothing(recipe&, chooser&, key_ring&) {}

void wildcard(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {"*.tenant.example"}; }
void other_case(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {"HOST" + r.name.substr(4)}; }
void many_names(recipe& r, chooser& random, key_ring&) {
    for (int i = 0; i != 60; ++i) {
        r.leaf.dns_names.insert(r.leaf.dns_names.begin() + static_cast<std::ptrdiff_t>(random.below(2)),
                                "n" + std::to_string(i) + ".tenant.example");
    }
}
void ipv4(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"192.0.2.8", "192.0.2.7"};
}
void ipv6(recipe& r, chooser&, key_ring&) {
    r.name = "2001:db8::7";
    r.leaf.ip_addresses = {"2001:db8::7"};
    r.leaf.dns_names = {};
}
void only_alternative_names(recipe& r, chooser&, key_ring&) { r.leaf.subject = ""; }
void no_leaf_purpose(recipe& r, chooser&, key_ring&) { r.leaf.extended_key_usage = std::vector<std::string>(); }
void any_purpose(recipe& r, chooser&, key_ring&) { r.leaf.extended_key_usage = {any}; }
void no_leaf_usage(recipe& r, chooser&, key_ring&) { r.leaf.key_usage = 0; }
void server_only(recipe& r, chooser& random, key_ring&) {
    r.middle(random).extended_key_usage = {server_auth};
    r.leaf.extended_key_usage = {server_auth};
}
void path_lengths(recipe& r, chooser&, key_ring&) {
    for (std::size_t i = 0; i != r.authorities.size(); ++i) {
        r.authorities[i].path_length = static_cast<unsigned>(r.authorities.size() - 1 - i);
    }
}
void dns_limit(recipe& r, chooser& random, key_ring&) {
    auto& ca = r.any(random);
    ca.permitted = {"DNS:other.test", "DNS:tenant.example"};
    ca.excluded = {"DNS:ost.tenant.example", "DNS:example.org"};
    ca.name_constraints_critical = random.one_in(2);
}
void ip_limit(recipe& r, chooser& random, key_ring& keys) {
    ipv4(r, random, keys);
    auto& ca = r.any(random);
    ca.permitted = {"IP:192.0.2.0/28", "IP:2001:db8::/32"};
    ca.excluded = {"IP:192.0.2.12/30"};
}
void email_limit(recipe& r, chooser& random, key_ring&) {
    r.leaf.email_addresses = {"user@mail.example"};
    r.any(random).permitted = {"email:mail.example", "DNS:example"};
}
void uri_limit(recipe& r, chooser& random, key_ring&) {
    r.leaf.uris = {"https://www.tenant.example/path"};
    r.any(random).permitted = {"URI:.tenant.example"};
}
void directory_limit(recipe& r, chooser& random, key_ring&) { r.any(random).permitted = {"dirName:O=Test"}; }
void unused_limit(recipe& r, chooser& random, key_ring&) {
    r.any(random).excluded = {"IP:0.0.0.0/0", "email:example", "URI:.example"};
}
void unknown_not_critical(recipe& r, chooser& random, key_ring&) {
    auto const extra = dev::extension{.oid = "1.3.6.1.4.1.55555.1", .der = octets_of("\x0C\x02hi")};
    r.leaf.extensions.push_back(extra);
    r.any(random).extensions.push_back(extra);
}
void policies(recipe& r, chooser& random, key_ring&) {
    auto const list = der(0x30, der(0x30, octets_of("\x06\x06\x67\x81\x0C\x01\x02\x01")));
    for (auto& ca : r.authorities) {
        ca.extensions.push_back({.oid = "2.5.29.32", .der = list, .critical = random.one_in(4)});
    }
    r.leaf.extensions.push_back({.oid = "2.5.29.32", .der = list});
}
void long_serial(recipe& r, chooser&, key_ring&) { r.leaf.serial = "7f112233445566778899aabbccddeeff00112233"; }
void far_future(recipe& r, chooser&, key_ring&) {
    r.root().not_after = 253402300799; // 9999-12-31T23:59:59Z, as RFC 5280 writes "no end"
    r.last().not_after = 4000000000;   // GeneralizedTime
}
void unused_certificates(recipe& r, chooser& random, key_ring& keys) {
    auto other = plain_recipe(random, keys, 1);
    r.arrange = [other](made_chain& chain) {
        auto const more = make(other);
        chain.sent.push_back(more.sent.at(1));
        chain.sent.push_back(more.anchors);
    };
}
void root_is_sent(recipe& r, chooser&, key_ring&) {
    r.arrange = [](made_chain& chain) { chain.sent.push_back(chain.anchors); };
}
void any_order(recipe& r, chooser& random, key_ring&) {
    bool const rotate = random.one_in(2);
    r.arrange = [rotate](made_chain& chain) {
        std::swap(chain.sent.at(1), chain.sent.back());
        if (rotate && chain.sent.size() > 3) {
            std::swap(chain.sent.at(1), chain.sent.at(2));
        }
    };
}
void many_anchors(recipe& r, chooser& random, key_ring& keys) {
    auto other = plain_recipe(random, keys, 0);
    r.arrange = [other](made_chain& chain) { chain.anchors = make(other).anchors + chain.anchors; };
}
/// The issuer of the leaf has a second certificate, from a root that is not trusted.
void cross_signed(recipe& r, chooser& random, key_ring& keys) {
    auto stranger = r.root();
    stranger.common_name = "Stranger";
    stranger.key_pem = keys.take();
    auto twin = r.last();
    bool const first = random.one_in(2);
    r.arrange = [stranger, twin, first](made_chain& chain) {
        auto const other = or_throw(or_throw(dev::authority::create(stranger)).intermediate(twin)).certificate_pem();
        chain.sent.insert(first ? chain.sent.begin() + 1 : chain.sent.end(), other);
    };
}
/// Two authorities of one name: the wrong one comes first, or has expired, or is trusted as well.
void same_name(recipe& r, chooser& random, key_ring& keys) {
    auto twin = r.last();
    auto const how = random.below(3);
    if (how == 1) {
        twin.not_after = today() - day;
    } else {
        twin.key_pem = keys.take();
    }
    r.arrange = [twin, how](made_chain& chain) {
        auto const& issuer = chain.authorities[chain.authorities.size() - 2];
        if (how == 2) {
            chain.anchors = or_throw(dev::authority::create(twin)).certificate_pem() + chain.anchors;
        } else {
            chain.sent.insert(chain.sent.begin() + 1, or_throw(issuer.intermediate(twin)).certificate_pem());
        }
    };
}
/// The root was renewed: the old one with the same key has expired, and is still trusted.
void renewed_root(recipe& r, chooser& random, key_ring&) {
    auto old = r.root();
    old.not_after = today() - day;
    bool const first = random.one_in(2);
    r.arrange = [old, first](made_chain& chain) {
        auto const pem = or_throw(dev::authority::create(old)).certificate_pem();
        chain.anchors = first ? pem + chain.anchors : chain.anchors + pem;
    };
}
/// A self-issued certificate does not count for pathLenConstraint: a CA that changed its key.
void changed_key(recipe& r, chooser&, key_ring&) {
    r.authorities.at(0).path_length = 0;
    r.authorities.at(1).common_name = r.authorities.at(0).common_name;
}
/// RFC 5280 §7.1: the same name in other letters.
void folded_issuer(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = edit(field::issuer, [](octets whole) { return exchanged(whole, "Test", "TEST"); });
}

constexpr rule all[] = {
    {"a good chain", "RFC 5280 §6.1", topic::none, accept, 0, 3, nothing},
    {"a good chain, longer", "RFC 5280 §6.1", topic::none, accept, 2, 6, nothing},
    {"wildcard", "RFC 9525 §6.3", topic::none, accept, 0, 2, wildcard},
    {"name in other letters", "RFC 9525 §6.3", topic::none, accept, 0, 2, other_case},
    {"many names", "RFC 5280 §4.2.1.6", topic::none, accept, 0, 2, many_names},
    {"IPv4 address", "RFC 9525 §6.4", topic::none, accept, 0, 2, ipv4},
    {"IPv6 address", "RFC 9525 §6.4", topic::none, accept, 0, 2, ipv6},
    {"empty subject", "RFC 5280 §4.2.1.6", topic::none, accept, 0, 2, only_alternative_names},
    {"leaf without extendedKeyUsage", "RFC 5280 §4.2.1.12", topic::key_usage, accept, 0, 2, no_leaf_purpose},
    {"leaf for any purpose", "RFC 5280 §4.2.1.12", topic::key_usage, open, 0, 2, any_purpose},
    {"leaf without keyUsage", "RFC 5280 §4.2.1.3", topic::key_usage, accept, 0, 2, no_leaf_usage},
    {"intermediate for servers only", "RFC 5280 §4.2.1.12", topic::key_usage, accept, 1, 3, server_only},
    {"pathLenConstraint reached", "RFC 5280 §4.2.1.9", topic::constraints, accept, 0, 3, path_lengths},
    {"DNS name within constraints", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, dns_limit},
    {"address within constraints", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, ip_limit},
    {"e-mail within constraints", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, email_limit},
    {"URI within constraints", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, uri_limit},
    {"directory name within constraints", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, directory_limit},
    {"constraints on kinds not in use", "RFC 5280 §4.2.1.10", topic::name_limits, accept, 0, 3, unused_limit},
    {"unknown extension, not critical", "RFC 5280 §4.2", topic::critical, accept, 0, 2, unknown_not_critical},
    {"policies", "RFC 5280 §4.2.1.4", topic::critical, accept, 0, 2, policies},
    {"serial number of 20 octets", "RFC 5280 §4.1.2.2", topic::form, accept, 0, 2, long_serial},
    {"GeneralizedTime", "RFC 5280 §4.1.2.5", topic::validity, accept, 0, 2, far_future},
    {"certificates that are not needed", "RFC 5280 §6.1", topic::path, accept, 0, 2, unused_certificates},
    {"root sent as well", "RFC 5280 §6.1", topic::path, accept, 0, 2, root_is_sent},
    {"intermediates in any order", "RFC 5280 §6.1", topic::path, accept, 2, 4, any_order},
    {"more anchors than one", "RFC 5280 §6.1", topic::path, accept, 0, 2, many_anchors},
    {"cross-signed issuer", "RFC 5280 §6.1", topic::path, accept, 1, 3, cross_signed},
    {"two issuers of one name", "RFC 5280 §6.1", topic::path, accept, 1, 3, same_name},
    {"renewed root", "RFC 5280 §6.1", topic::path, accept, 0, 2, renewed_root},
    {"self-issued below pathLenConstraint", "RFC 5280 §4.2.1.9", topic::constraints, accept, 1, 1, changed_key},
    {"issuer's name in other letters", "RFC 5280 §7.1", topic::path, accept, 0, 2, folded_issuer},
};
} // namespace

std::span<const rule> good_rules() { return all; }
} // namespace differential
