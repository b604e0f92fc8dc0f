// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// The peer's name (RFC 9525, which replaced RFC 6125).
namespace differential {
namespace {
using enum verdict;

void wrong_name(recipe& r, chooser&, key_ring&) { r.name = "other.tenant.example"; }
void longer_name(recipe& r, chooser&, key_ring&) { r.name = "www." + r.name; }
void parent_name(recipe& r, chooser&, key_ring&) { r.name = "tenant.example"; }
void suffix_name(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {".tenant.example"}; }
void only_common_name(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {};
    r.leaf.common_name = r.name;
}
void common_name_beside_names(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"other.tenant.example"};
    r.leaf.common_name = r.name;
}
void common_name_beside_address(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {};
    r.leaf.ip_addresses = {"192.0.2.1"};
    r.leaf.common_name = r.name;
}
void no_name_at_all(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {};
    r.leaf.common_name = "nobody";
}
void name_in_uri(recipe& r, chooser& random, key_ring&) {
    r.leaf.dns_names = {"other.tenant.example"};
    r.leaf.uris = {random.one_in(2) ? r.name : "https://" + r.name + "/"};
}
void name_in_email(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"other.tenant.example"};
    r.leaf.email_addresses = {r.name};
}
void wildcard_two_labels(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"*.tenant.example"};
    r.name = "a.b.tenant.example";
}
void wildcard_no_label(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"*.tenant.example"};
    r.name = "tenant.example";
}
void wildcard_partial(recipe& r, chooser& random, key_ring&) {
    constexpr const char* forms[] = {"host*.tenant.example", "h*.tenant.example", "*7.tenant.example"};
    r.leaf.dns_names = {random.of(forms)};
    r.name = "host7.tenant.example";
}
void wildcard_inside(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {r.name.substr(0, r.name.find('.')) + ".*.example"};
}
void wildcard_twice(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {"*.*.example"}; }
void wildcard_alone(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"*"};
    for (auto& ca : r.authorities) {
        ca.permitted = {};
    }
    r.name = "localhost";
}
void wildcard_top_level(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"*.example"};
    r.name = "tenant.example";
}
void wildcard_in_label(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {"xn--*.tenant.example"};
    r.name = "xn--mnchen-3ya.tenant.example";
}
void address_as_dns(recipe& r, chooser& random, key_ring&) {
    r.name = random.one_in(2) ? "192.0.2.7" : "2001:db8::7";
    r.leaf.dns_names = {r.name};
    for (auto& ca : r.authorities) {
        ca.permitted = {};
    }
}
void address_as_common_name(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.dns_names = {};
    r.leaf.common_name = "192.0.2.7";
}
void address_as_uri(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.uris = {"https://192.0.2.7/"};
}
void address_by_wildcard(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.dns_names = {"*.0.2.7"};
    for (auto& ca : r.authorities) {
        ca.permitted = {};
    }
}
void wrong_address(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"192.0.2.6", "2001:db8::7"};
}
void mapped_address(recipe& r, chooser&, key_ring&) {
    r.name = "192.0.2.7";
    r.leaf.ip_addresses = {"::ffff:192.0.2.7"};
}
void address_with_mask(recipe& r, chooser&, key_ring&) { // as constraints have them
    r.name = "192.0.2.7";
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17", .der = der(0x30, der(0x87, octets_of({"\xC0\x00\x02\x07\xFF\xFF\xFF\xFF", 8})))});
}
void host_as_address(recipe& r, chooser&, key_ring&) { // four letters that are a host name
    r.name = "abcd";
    r.leaf.dns_names = {};
    r.leaf.ip_addresses = {"97.98.99.100"};
}
void nul_in_name(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17", .der = der(0x30, der(0x82, r.name, std::string_view("\0.evil.example", 14)))});
}
void space_in_name(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {r.name + " "}; }
void dot_in_name(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {r.name + "."}; }
void empty_name(recipe& r, chooser&, key_ring&) { r.leaf.dns_names = {""}; }
void name_as_directory(recipe& r, chooser&, key_ring&) {
    r.leaf.dns_names = {};
    r.leaf.common_name = "nobody";
    r.leaf.alternative_names = {"dirName:CN=" + r.name};
}
void name_as_registered(recipe& r, chooser&, key_ring&) { // otherName with the host inside
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17",
         .der = der(0x30, der(0xA0, octets_of("\x06\x03\x2A\x03\x04"), der(0xA0, der(0x0C, r.name))))});
}

constexpr rule all[] = {
    {"another host", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wrong_name},
    {"a host below", "RFC 9525 §6.3", topic::names, refuse, 0, 2, longer_name},
    {"the domain of the host", "RFC 9525 §6.3", topic::names, refuse, 0, 2, parent_name},
    {"name with a leading dot", "RFC 9525 §6.3", topic::names, refuse, 0, 2, suffix_name},
    {"only in the common name", "RFC 9525 §6.1", topic::names, refuse, 0, 2, only_common_name},
    {"common name beside another DNS name", "RFC 9525 §6.1", topic::names, refuse, 0, 2, common_name_beside_names},
    {"common name beside an address", "RFC 9525 §6.1", topic::names, refuse, 0, 2, common_name_beside_address},
    {"no name", "RFC 9525 §6.1", topic::names, refuse, 0, 2, no_name_at_all},
    {"host in a URI", "RFC 9525 §6.3", topic::names, refuse, 0, 2, name_in_uri},
    {"host in an e-mail address", "RFC 9525 §6.3", topic::names, refuse, 0, 2, name_in_email},
    {"wildcard for two labels", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_two_labels},
    {"wildcard for no label", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_no_label},
    {"wildcard as part of a label", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_partial},
    {"wildcard not left-most", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_inside},
    {"two wildcards", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_twice},
    {"wildcard alone", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_alone},
    {"wildcard on a top-level domain", "RFC 9525 §7.1", topic::names, open, 0, 2, wildcard_top_level},
    {"wildcard in an A-label", "RFC 9525 §6.3", topic::names, refuse, 0, 2, wildcard_in_label},
    {"address in dNSName", "RFC 9525 §6.4", topic::names, refuse, 0, 2, address_as_dns},
    {"address in the common name", "RFC 9525 §6.4", topic::names, refuse, 0, 2, address_as_common_name},
    {"address in a URI", "RFC 9525 §6.4", topic::names, refuse, 0, 2, address_as_uri},
    {"wildcard for an address", "RFC 9525 §6.4", topic::names, refuse, 0, 2, address_by_wildcard},
    {"another address", "RFC 9525 §6.4", topic::names, refuse, 0, 2, wrong_address},
    {"IPv4 address mapped to IPv6", "RFC 9525 §6.4", topic::names, refuse, 0, 2, mapped_address},
    {"address with a mask", "RFC 5280 §4.2.1.6", topic::names, refuse, 0, 2, address_with_mask},
    {"host with the bytes of an address", "RFC 9525 §6.4", topic::names, refuse, 0, 2, host_as_address},
    {"NUL in a DNS name", "RFC 9525 §6.3", topic::names, refuse, 0, 2, nul_in_name},
    {"space behind a DNS name", "RFC 9525 §6.3", topic::names, refuse, 0, 2, space_in_name},
    {"dot behind a DNS name", "RFC 9525 §6.3", topic::names, open, 0, 2, dot_in_name},
    {"empty DNS name", "RFC 5280 §4.2.1.6", topic::names, refuse, 0, 2, empty_name},
    {"host in a directory name", "RFC 9525 §6.3", topic::names, refuse, 0, 2, name_as_directory},
    {"host in an otherName", "RFC 9525 §6.3", topic::names, refuse, 0, 2, name_as_registered},
};
} // namespace

std::span<const rule> name_rules() { return all; }
} // namespace differential
