// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// What a certificate says about its use: basicConstraints, keyUsage, extendedKeyUsage, critical extensions.
namespace differential {
namespace {
namespace usage = dev::usage;
using enum verdict;

constexpr const char* basic_constraints = "2.5.29.19";

void without(dev::certificate_options& one, const char* oid) { one.without_extensions.push_back(oid); }
void give(dev::certificate_options& one, const char* oid, std::string_view content, bool critical) {
    one.extensions.push_back({.oid = oid, .der = octets_of(content), .critical = critical});
}

void no_basic_constraints(recipe& r, chooser& random, key_ring&) { without(r.middle(random), basic_constraints); }
void not_a_ca(recipe& r, chooser& random, key_ring&) { r.middle(random).is_ca = false; }
void root_not_a_ca(recipe& r, chooser&, key_ring&) { r.root().is_ca = false; }
void root_without_basic_constraints(recipe& r, chooser&, key_ring&) { without(r.root(), basic_constraints); }
void basic_not_critical(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), basic_constraints, {"\x30\x03\x01\x01\xFF", 5}, false);
}
void path_length_broken(recipe& r, chooser& random, key_ring&) {
    std::size_t const which = random.below(r.authorities.size() - 1);
    r.authorities[which].path_length = static_cast<unsigned>(r.authorities.size() - 2 - which);
    // what stands below must not be stricter: the rule is to be broken once
    for (std::size_t i = which + 1; i != r.authorities.size(); ++i) {
        r.authorities[i].path_length = {};
    }
}
void path_length_without_ca(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), basic_constraints, {"\x30\x03\x02\x01\x03", 5}, true);
}
void leaf_path_length(recipe& r, chooser&, key_ring&) { r.leaf.path_length = 0; }
void negative_path_length(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), basic_constraints, {"\x30\x06\x01\x01\xFF\x02\x01\xFF", 8}, true);
}
void leaf_as_issuer(recipe& r, chooser&, key_ring&) { // the owner of a leaf issues another one
    r.last().is_ca = false;
    r.last().key_usage = usage::digital_signature;
    r.last().dns_names = {"owner.example"};
}
void leaf_is_a_ca(recipe& r, chooser&, key_ring&) {
    r.leaf.is_ca = true;
    r.leaf.key_usage = usage::digital_signature | usage::key_cert_sign;
}

void no_cert_sign(recipe& r, chooser& random, key_ring&) {
    r.middle(random).key_usage = usage::digital_signature | usage::crl_sign;
}
void root_no_cert_sign(recipe& r, chooser&, key_ring&) { r.root().key_usage = usage::crl_sign; }
void no_ca_usage(recipe& r, chooser& random, key_ring&) { r.middle(random).key_usage = 0; }
void empty_usage(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), "2.5.29.15", {"\x03\x01\x00", 3}, true);
}
void leaf_cert_sign(recipe& r, chooser&, key_ring&) {
    r.leaf.key_usage = usage::digital_signature | usage::key_cert_sign;
}
void leaf_crl_sign_only(recipe& r, chooser&, key_ring&) { r.leaf.key_usage = usage::crl_sign; }
void leaf_data_only(recipe& r, chooser&, key_ring&) { r.leaf.key_usage = usage::data_encipherment; }

void leaf_purpose(recipe& r, chooser& random, key_ring&) {
    constexpr const char* others[] = {dev::purpose::client_auth, dev::purpose::code_signing,
                                      dev::purpose::email_protection, dev::purpose::ocsp_signing, "1.2.3.4"};
    r.leaf.extended_key_usage = {random.of(others)};
}
void middle_purpose(recipe& r, chooser& random, key_ring&) {
    constexpr const char* others[] = {dev::purpose::client_auth, dev::purpose::code_signing,
                                      dev::purpose::email_protection};
    r.middle(random).extended_key_usage = {random.of(others)};
}
void root_purpose(recipe& r, chooser&, key_ring&) { r.root().extended_key_usage = {dev::purpose::client_auth}; }
void no_purposes(recipe& r, chooser&, key_ring&) { give(r.leaf, "2.5.29.37", {"\x30\x00", 2}, false); }

constexpr std::string_view nonsense{"\x0C\x02hi"};
void critical_leaf(recipe& r, chooser&, key_ring&) { give(r.leaf, "1.3.6.1.4.1.55555.1", nonsense, true); }
void critical_middle(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), "1.3.6.1.4.1.55555.1", nonsense, true);
}
void critical_root(recipe& r, chooser&, key_ring&) { give(r.root(), "1.3.6.1.4.1.55555.1", nonsense, true); }
/// RFC 5280 §6.1.3(f): a policy is needed from here on, and there is none.
void policy_required(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), "2.5.29.36", {"\x30\x03\x80\x01\x00", 5}, true);
}
void policy_inhibited(recipe& r, chooser& random, key_ring&) {
    give(r.middle(random), "2.5.29.54", {"\x02\x01\x00", 3}, true);
}

constexpr rule all[] = {
    {"intermediate without basicConstraints", "RFC 5280 §6.1.4(k)", topic::constraints, refuse, 1, 3,
     no_basic_constraints},
    {"intermediate with cA false", "RFC 5280 §6.1.4(k)", topic::constraints, refuse, 1, 3, not_a_ca},
    {"root with cA false", "RFC 5280 §4.2.1.9", topic::constraints, open, 0, 2, root_not_a_ca},
    {"root without basicConstraints", "RFC 5280 §4.2.1.9", topic::constraints, open, 0, 2,
     root_without_basic_constraints},
    {"basicConstraints not critical", "RFC 5280 §4.2.1.9", topic::constraints, open, 1, 2, basic_not_critical},
    {"pathLenConstraint broken", "RFC 5280 §6.1.4(l)", topic::constraints, refuse, 1, 4, path_length_broken},
    {"pathLenConstraint without cA", "RFC 5280 §4.2.1.9", topic::constraints, refuse, 1, 2, path_length_without_ca},
    {"pathLenConstraint in a leaf", "RFC 5280 §4.2.1.9", topic::constraints, open, 0, 2, leaf_path_length},
    {"negative pathLenConstraint", "RFC 5280 §4.2.1.9", topic::constraints, refuse, 1, 1, negative_path_length},
    {"leaf issues a leaf", "RFC 5280 §6.1.4(k)", topic::constraints, refuse, 1, 3, leaf_as_issuer},
    {"CA as leaf", "RFC 5280 §4.2.1.9", topic::constraints, open, 0, 2, leaf_is_a_ca},
    {"intermediate without keyCertSign", "RFC 5280 §6.1.4(n)", topic::key_usage, refuse, 1, 3, no_cert_sign},
    {"root without keyCertSign", "RFC 5280 §4.2.1.3", topic::key_usage, open, 0, 2, root_no_cert_sign},
    {"intermediate without keyUsage", "RFC 5280 §4.2.1.3", topic::key_usage, open, 1, 2, no_ca_usage},
    {"intermediate with empty keyUsage", "RFC 5280 §4.2.1.3", topic::key_usage, refuse, 1, 2, empty_usage},
    {"leaf with keyCertSign", "RFC 5280 §4.2.1.3", topic::key_usage, refuse, 0, 2, leaf_cert_sign},
    {"leaf for signing CRLs only", "RFC 5280 §4.2.1.12", topic::key_usage, refuse, 0, 2, leaf_crl_sign_only},
    {"leaf for data encipherment only", "RFC 5280 §4.2.1.12", topic::key_usage, refuse, 0, 2, leaf_data_only},
    {"leaf for another purpose", "RFC 5280 §4.2.1.12", topic::key_usage, refuse, 0, 3, leaf_purpose},
    {"intermediate for another purpose", "RFC 5280 §4.2.1.12", topic::key_usage, refuse, 1, 3, middle_purpose},
    {"root for another purpose", "RFC 5280 §6.1.1(d)", topic::path, open, 0, 2, root_purpose},
    {"empty extendedKeyUsage", "RFC 5280 §4.2.1.12", topic::key_usage, refuse, 0, 2, no_purposes},
    {"unknown critical extension, leaf", "RFC 5280 §4.2", topic::critical, refuse, 0, 2, critical_leaf},
    {"unknown critical extension, intermediate", "RFC 5280 §4.2", topic::critical, refuse, 1, 3, critical_middle},
    {"unknown critical extension, root", "RFC 5280 §4.2", topic::critical, open, 0, 2, critical_root},
    {"policy required, and none given", "RFC 5280 §6.1.3(f)", topic::critical, refuse, 1, 2, policy_required},
    {"anyPolicy inhibited", "RFC 5280 §4.2.1.14", topic::critical, open, 1, 2, policy_inhibited},
};
} // namespace

std::span<const rule> purpose_rules() { return all; }
} // namespace differential
