// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// Name constraints that are broken.
namespace differential {
namespace {
using enum verdict;

/// Some authority gets the constraints; half of them are not critical, which changes nothing.
void limit(recipe& r, chooser& random, std::vector<std::string> permitted, std::vector<std::string> excluded = {}) {
    auto& ca = r.any(random);
    ca.permitted = std::move(permitted);
    ca.excluded = std::move(excluded);
    ca.name_constraints_critical = random.one_in(2);
}
/// Constraints that the options cannot write.
void limit_raw(recipe& r, chooser& random, octets content) {
    auto& ca = r.any(random);
    ca.extensions.push_back({.oid = "2.5.29.30", .der = std::move(content), .critical = true});
}
octets permitted(octets base) { return der(0x30, der(0xA0, der(0x30, base))); }

void dns_not_permitted(recipe& r, chooser& random, key_ring&) { limit(r, random, {"DNS:other.example"}); }
void dns_not_permitted_second(recipe& r, chooser& random, key_ring&) {
    r.leaf.dns_names.push_back("www.other.test");
    limit(r, random, {"DNS:example"});
}
void dns_excluded(recipe& r, chooser& random, key_ring&) { limit(r, random, {}, {"DNS:tenant.example"}); }
void dns_excluded_in_permitted(recipe& r, chooser& random, key_ring&) {
    limit(r, random, {"DNS:example"}, {"DNS:tenant.example"});
}
void dns_excluded_exactly(recipe& r, chooser& random, key_ring&) { limit(r, random, {}, {"DNS:" + r.name}); }
void dns_all_excluded(recipe& r, chooser& random, key_ring&) { limit(r, random, {}, {"DNS:"}); }
void dns_other_letters(recipe& r, chooser& random, key_ring&) { limit(r, random, {}, {"DNS:TENANT.Example"}); }
void wildcard_not_permitted(recipe& r, chooser& random, key_ring&) {
    r.leaf.dns_names = {"*.tenant.example"};
    limit(r, random, {"DNS:" + r.name});
}
void wildcard_over_excluded(recipe& r, chooser& random, key_ring&) {
    r.leaf.dns_names = {"*.tenant.example"};
    limit(r, random, {}, {"DNS:secret.tenant.example"});
}
void ip_not_permitted(recipe& r, chooser& random, key_ring&) {
    r.leaf.ip_addresses = {"198.51.100.1"};
    limit(r, random, {"IP:192.0.2.0/24"});
}
void ip_excluded(recipe& r, chooser& random, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"192.0.2.7"};
    limit(r, random, {}, {"IP:192.0.2.0/29"});
}
void ip_other_family(recipe& r, chooser& random, key_ring&) {
    r.leaf.ip_addresses = {"2001:db8::7"};
    limit(r, random, {"IP:192.0.2.0/24"});
}
void email_not_permitted(recipe& r, chooser& random, key_ring&) {
    constexpr const char* forms[] = {"email:example.org", "email:.mail.example", "email:other@mail.example"};
    r.leaf.email_addresses = {"user@mail.example"};
    limit(r, random, {random.of(forms)});
}
void email_excluded(recipe& r, chooser& random, key_ring&) {
    constexpr const char* forms[] = {"email:mail.example", "email:.example", "email:user@mail.example"};
    r.leaf.email_addresses = {"user@mail.example"};
    limit(r, random, {}, {random.of(forms)});
}
void email_in_subject(recipe& r, chooser& random, key_ring&) { // RFC 5280 §4.2.1.10: emailAddress of the subject counts
    r.leaf.subject = "O=Test,CN=" + r.name + ",emailAddress=user@mail.example";
    limit(r, random, {}, {"email:mail.example"});
}
void uri_not_permitted(recipe& r, chooser& random, key_ring&) {
    r.leaf.uris = {"https://www.other.test/"};
    limit(r, random, {"URI:.tenant.example"});
}
void uri_excluded(recipe& r, chooser& random, key_ring&) {
    r.leaf.uris = {"https://www.tenant.example:8443/path"};
    limit(r, random, {}, {"URI:.tenant.example"});
}
void directory_not_permitted(recipe& r, chooser& random, key_ring&) { limit(r, random, {"dirName:O=Other"}); }
void directory_excluded(recipe& r, chooser& random, key_ring&) {
    r.leaf.organisation = "Bad";
    limit(r, random, {}, {"dirName:O=Bad"});
}
void directory_other_letters(recipe& r, chooser& random, key_ring&) { // RFC 5280 §7.1
    r.leaf.organisation = "Bad Company";
    limit(r, random, {}, {"dirName:O=bad  company"});
}
void intermediate_excluded(recipe& r, chooser& random, key_ring&) { // not only the leaf's names count
    r.root().excluded = {"dirName:O=Bad"};
    r.root().name_constraints_critical = random.one_in(2);
    r.middle(random).organisation = "Bad";
}
void self_issued_leaf(recipe& r, chooser& random, key_ring&) { // only intermediates are exempt
    r.last().excluded = {"DNS:tenant.example"};
    r.last().name_constraints_critical = random.one_in(2);
    r.leaf.common_name = r.last().common_name;
}
void other_name(recipe& r, chooser& random, key_ring&) { // a kind of name that nobody here can compare
    auto const name = der(0xA0, octets_of("\x06\x03\x2A\x03\x04"), der(0xA0, der(0x0C, octets_of("hi"))));
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = der(0x30, der(0x82, r.name), name)});
    limit_raw(r, random, permitted(name));
}
void mask_with_holes(recipe& r, chooser& random, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"192.0.2.7"};
    limit_raw(r, random, permitted(der(0x87, octets_of({"\xC0\x00\x02\x00\xFF\x00\xFF\x00", 8}))));
}
void address_without_mask(recipe& r, chooser& random, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"192.0.2.7"};
    limit_raw(r, random, permitted(der(0x87, octets_of({"\xC0\x00\x02\x07", 4}))));
}
void empty_constraints(recipe& r, chooser& random, key_ring&) { limit_raw(r, random, octets_of({"\x30\x00", 2})); }
void broken_constraints(recipe& r, chooser& random, key_ring&) {
    limit_raw(r, random, octets_of("\x30\x05\xA0\x20xyz"));
}
void in_a_leaf(recipe& r, chooser&, key_ring&) {
    r.leaf.permitted = {"DNS:example"};
    r.leaf.name_constraints_critical = true;
}
void common_name_not_permitted(recipe& r, chooser& random, key_ring&) { // the common name is no name of a host
    r.leaf.common_name = "www.other.test";
    limit(r, random, {"DNS:tenant.example"});
}
void leading_dot(recipe& r, chooser& random, key_ring&) { // written like a constraint on URIs
    limit(r, random, {"DNS:.tenant.example"});
}

void hidden_name(recipe& r, chooser& random, key_ring&) { // behind one of a kind that there is not
    constexpr unsigned char tags[] = {0x89, 0x92, 0x9E};
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17", .der = der(0x30, der(random.of(tags), octets_of("?")), der(0x82, r.name))});
    limit(r, random, {"DNS:other.example"});
}
void hidden_excluded_name(recipe& r, chooser& random, key_ring&) {
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17",
         .der = der(0x30, der(0x82, r.name), der(0x92, octets_of("?")), der(0x82, octets_of("bank.example")))});
    limit(r, random, {}, {"DNS:bank.example"});
    if (random.one_in(2)) {
        r.name = "bank.example";
    }
}
void constructed_name(recipe& r, chooser&, key_ring&) { // dNSName is a primitive type
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = der(0x30, der(0xA2, r.name))});
}

constexpr rule all[] = {
    {"DNS name not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 3, dns_not_permitted},
    {"another DNS name not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2,
     dns_not_permitted_second},
    {"DNS name excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 3, dns_excluded},
    {"DNS name excluded from permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2,
     dns_excluded_in_permitted},
    {"DNS name itself excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, dns_excluded_exactly},
    {"all DNS names excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, dns_all_excluded},
    {"DNS name excluded in other letters", "RFC 5280 §7.2", topic::name_limits, refuse, 0, 2, dns_other_letters},
    {"wildcard wider than permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, wildcard_not_permitted},
    {"wildcard over an excluded name", "RFC 5280 §4.2.1.10", topic::name_limits, open, 0, 2, wildcard_over_excluded},
    {"address not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, ip_not_permitted},
    {"address excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, ip_excluded},
    {"IPv6 address, IPv4 permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, ip_other_family},
    {"e-mail not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, email_not_permitted},
    {"e-mail excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, email_excluded},
    {"e-mail of the subject excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, email_in_subject},
    {"URI not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, uri_not_permitted},
    {"URI excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, uri_excluded},
    {"directory name not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, directory_not_permitted},
    {"directory name excluded", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, directory_excluded},
    {"directory name excluded in other letters", "RFC 5280 §7.1", topic::name_limits, refuse, 0, 2,
     directory_other_letters},
    {"intermediate's name excluded", "RFC 5280 §6.1.3(b)", topic::name_limits, refuse, 1, 2, intermediate_excluded},
    {"self-issued leaf", "RFC 5280 §6.1.3(b)", topic::name_limits, refuse, 0, 2, self_issued_leaf},
    {"constraint on otherName", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, other_name},
    {"mask with holes", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, mask_with_holes},
    {"address without mask", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, address_without_mask},
    {"empty name constraints", "RFC 5280 §4.2.1.10", topic::name_limits, open, 0, 2, empty_constraints},
    {"name constraints cut off", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, broken_constraints},
    {"name constraints in a leaf", "RFC 5280 §4.2.1.10", topic::name_limits, open, 0, 2, in_a_leaf},
    {"unknown kind of name in front of another", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2, hidden_name},
    {"excluded name behind an unknown kind", "RFC 5280 §4.2.1.10", topic::name_limits, refuse, 0, 2,
     hidden_excluded_name},
    {"constructed DNS name", "RFC 5280 §4.2.1.6", topic::names, refuse, 0, 2, constructed_name},
    {"common name not permitted", "RFC 5280 §4.2.1.10", topic::name_limits, open, 0, 2, common_name_not_permitted},
    {"DNS constraint with a leading dot", "RFC 5280 §4.2.1.10", topic::name_limits, open, 0, 2, leading_dot},
};
} // namespace

std::span<const rule> limit_rules() { return all; }
} // namespace differential
