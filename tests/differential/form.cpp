// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// The form of certificates and extensions. Most of these are rules for issuers: RFC 5280 does not tell verifiers to
/// look, and profiles differ. What breaks DER or says two things at once has to be refused.
namespace differential {
namespace {
using enum verdict;
constexpr std::string_view alternative_names{"\x55\x1D\x11"};
constexpr std::string_view basic_constraints{"\x55\x1D\x13"};
constexpr std::string_view key_usage{"\x55\x1D\x0F"};

octets serial_of(std::string_view content) { return der(detail::der_tag::integer, content); }

void duplicate_names(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = duplicate_extension(alternative_names);
}
void duplicate_basic(recipe& r, chooser& random, key_ring&) {
    r.middle(random).tamper_before_signing = duplicate_extension(basic_constraints);
}
void duplicate_usage(recipe& r, chooser& random, key_ring&) {
    r.middle(random).tamper_before_signing = duplicate_extension(key_usage);
}
void duplicate_unknown(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back({.oid = "1.2.3.4", .der = octets_of("\x0C\x02hi")});
    r.leaf.tamper_before_signing = duplicate_extension("\x2A\x03\x04");
}
void old_leaf(recipe& r, chooser&, key_ring&) {
    r.leaf.version = 1;
    r.leaf.common_name = r.name;
}
void old_intermediate(recipe& r, chooser& random, key_ring&) { r.middle(random).version = 1; }
void old_root(recipe& r, chooser&, key_ring&) { r.root().version = 1; }
void version_mismatch(recipe& r, chooser&, key_ring&) { // extensions in version 1
    r.leaf.tamper_before_signing = [](octets& tbs) {
        auto fields = split(tbs);
        fields.erase(fields.begin());
        tbs = join(detail::der_tag::sequence, fields);
    };
}
void version_four(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = replace(field::version, octets_of({"\xA0\x03\x02\x01\x03", 5}));
}

void zero_serial(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = replace(field::serial, serial_of({"\0", 1}));
}
void negative_serial(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = replace(field::serial, serial_of({"\x80\x01", 2}));
}
void serial_too_long(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = replace(field::serial, serial_of("\x11 0123456789 and more"));
}
void no_serial(recipe& r, chooser&, key_ring&) { r.leaf.tamper_before_signing = replace(field::serial, serial_of("")); }

void no_authority_identifier(recipe& r, chooser&, key_ring&) { r.leaf.without_extensions.push_back("2.5.29.35"); }
void no_subject_identifier(recipe& r, chooser& random, key_ring&) {
    r.middle(random).without_extensions.push_back("2.5.29.14");
}
void wrong_authority_identifier(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back({.oid = "2.5.29.35", .der = der(0x30, der(0x80, octets_of("no such key here")))});
}
void critical_authority_identifier(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = edit_extensions([](std::vector<octets>& list) {
        for (auto& one : list) {
            auto parts = split(one);
            if (bytes(parts.at(0)).text() == std::string_view("\x06\x03\x55\x1D\x23")) {
                parts.insert(parts.begin() + 1, octets_of({"\x01\x01\xFF", 3}));
                one = join(detail::der_tag::sequence, parts);
            }
        }
    });
}
void wrong_authority_serial(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.35",
         .der = der(0x30,
                    der(0xA1, der(0xA4, der(0x30, der(0x31, der(0x30, octets_of("\x06\x03\x55\x04\x03"),
                                                                der(0x0C, octets_of("Nobody"))))))),
                    der(0x82, octets_of("\x01\x02")))});
}

void empty_issuer(recipe& r, chooser&, key_ring&) { r.last().subject = ""; }
void bad_utf8(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing =
        edit(field::subject, [](octets whole) { return exchanged(whole, "Test", "T\xFFst"); });
}
void names_not_critical(recipe& r, chooser&, key_ring&) { // with an empty subject they have to be
    r.leaf.subject = "";
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = der(0x30, der(0x82, r.name)), .critical = false});
}
void bad_utc_time(recipe& r, chooser&, key_ring&) { // RFC 5280 §4.1.2.5.1: with seconds
    r.leaf.tamper_before_signing =
        replace(field::validity, der(0x30, der(0x17, "2001010000Z"), der(0x17, "4901010000Z")));
}
void time_with_zone(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing =
        replace(field::validity, der(0x30, der(0x17, "200101000000+0100"), der(0x17, "490101000000+0100")));
}
void impossible_date(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing =
        replace(field::validity, der(0x30, der(0x17, "200101000000Z"), der(0x17, "491331000000Z")));
}
void early_generalized_time(recipe& r, chooser&, key_ring&) { // RFC 5280 §4.1.2.5: from 2050 on
    r.leaf.tamper_before_signing =
        replace(field::validity, der(0x30, der(0x18, "20200101000000Z"), der(0x18, "20490101000000Z")));
}
void explicit_default(recipe& r, chooser&, key_ring&) { // DER leaves out critical FALSE
    r.leaf.tamper_before_signing = edit_extensions([](std::vector<octets>& list) {
        for (auto& one : list) {
            auto parts = split(one);
            if (parts.size() == 2) {
                parts.insert(parts.begin() + 1, octets_of({"\x01\x01\x00", 3}));
                one = join(detail::der_tag::sequence, parts);
            }
        }
    });
}
void true_as_one(recipe& r, chooser& random, key_ring&) { // DER writes TRUE as FF
    r.middle(random).extensions.push_back(
        {.oid = "2.5.29.19", .der = octets_of({"\x30\x03\x01\x01\x01", 5}), .critical = true});
}
void broken_names(recipe& r, chooser&, key_ring&) { // a length beyond the end
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = octets_of("\x30\x10\x82\x20short")});
}
void empty_names(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = octets_of({"\x30\x00", 2})});
}
void rest_behind_names(recipe& r, chooser&, key_ring&) {
    auto content = der(0x30, der(0x82, r.name));
    content.push_back(std::byte{0x05});
    content.push_back(std::byte{0});
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = content});
}
void no_extensions(recipe& r, chooser&, key_ring&) { // an empty list, which RFC 5280 §4.1 forbids
    r.leaf.tamper_before_signing = edit_extensions([](std::vector<octets>& list) { list.clear(); });
    r.leaf.common_name = r.name;
}
void broken_certificate(recipe& r, chooser& random, key_ring&) {
    std::size_t const where = random.between(0, 40);
    r.leaf.tamper_before_signing = [where](octets& tbs) { tbs.resize(tbs.size() - 1 - where); };
}

void critical(dev::certificate_options& one, const char* oid, std::string_view content) {
    one.extensions.push_back({.oid = oid, .der = octets_of(content), .critical = true});
}
void critical_access(recipe& r, chooser&, key_ring&) { // RFC 5280 §4.2.2.1 forbids it, and it is not processed
    critical(r.leaf, "1.3.6.1.5.5.7.1.1",
             "\x30\x1B\x30\x19\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x01\x86\x0Dhttp://o.test");
}
void critical_subject_identifier(recipe& r, chooser& random, key_ring&) {
    critical(r.middle(random), "2.5.29.14",
             "\x04\x04"
             "abcd");
}
void critical_purposes(recipe& r, chooser&, key_ring&) {
    critical(r.leaf, "2.5.29.37", "\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01");
}
void usage_not_critical(recipe& r, chooser& random, key_ring&) {
    r.middle(random).extensions.push_back({.oid = "2.5.29.15", .der = octets_of("\x03\x02\x01\x06")});
}
void names_critical(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back({.oid = "2.5.29.17", .der = der(0x30, der(0x82, r.name)), .critical = true});
}
void address_of_five(recipe& r, chooser&, key_ring&) {
    r.leaf.extensions.push_back(
        {.oid = "2.5.29.17", .der = der(0x30, der(0x82, r.name), der(0x87, octets_of("\xC0\x01\x02\x03\x04")))});
}
void strange_dns_name(recipe& r, chooser& random, key_ring&) { // beside the right one
    constexpr const char* forms[] = {"a..example", "a b.example", "-a.example", "a_b.example", "192.0.2.1.example"};
    r.leaf.dns_names.push_back(random.of(forms));
}
void byte_behind(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper = [](octets& certificate) { certificate.push_back(std::byte{0}); };
}
void unused_bits(recipe& r, chooser&, key_ring&) { // of the signature: an ECDSA one has none
    r.leaf.tamper = [](octets& certificate) {
        auto parts = split(certificate);
        auto const header = bytes(parts.at(2)).size() > 0x82 ? 3U : 2U;
        parts.at(2).at(header) = std::byte{1};
        certificate = join(detail::der_tag::sequence, parts);
    };
    r.last().key_pem = or_throw(dev::authority::create()).own_credentials().key_pem; // P-256
}
void long_length(recipe& r, chooser&, key_ring&) { // DER takes the shortest form
    r.leaf.tamper_before_signing = replace(field::serial, octets_of({"\x02\x81\x02\x11\x11", 5}));
}
void key_of_nobody(recipe& r, chooser&, key_ring&) { // a point that is not on the curve
    r.last().tamper_before_signing = edit(field::key, [](octets whole) {
        whole.back() ^= std::byte{1};
        return whole;
    });
    r.last().key_pem = or_throw(dev::authority::create()).own_credentials().key_pem; // P-256
}

constexpr rule all[] = {
    {"subjectAltName twice", "RFC 5280 §4.2", topic::form, refuse, 0, 2, duplicate_names},
    {"basicConstraints twice", "RFC 5280 §4.2", topic::form, refuse, 1, 2, duplicate_basic},
    {"keyUsage twice", "RFC 5280 §4.2", topic::form, refuse, 1, 2, duplicate_usage},
    {"an unknown extension twice", "RFC 5280 §4.2", topic::form, refuse, 0, 2, duplicate_unknown},
    {"leaf of version 1", "RFC 5280 §4.1.2.1", topic::form, refuse, 0, 2, old_leaf},
    {"intermediate of version 1", "RFC 5280 §6.1.4(k)", topic::form, refuse, 1, 2, old_intermediate},
    {"root of version 1", "RFC 5280 §6.1.1(d)", topic::path, accept, 0, 2, old_root},
    {"extensions in version 1", "RFC 5280 §4.1.2.1", topic::form, refuse, 0, 2, version_mismatch},
    {"version 4", "RFC 5280 §4.1.2.1", topic::form, refuse, 0, 2, version_four},
    {"serial number 0", "RFC 5280 §4.1.2.2", topic::form, open, 0, 2, zero_serial},
    {"negative serial number", "RFC 5280 §4.1.2.2", topic::form, open, 0, 2, negative_serial},
    {"serial number of 21 octets", "RFC 5280 §4.1.2.2", topic::form, open, 0, 2, serial_too_long},
    {"serial number without octets", "X.690 §8.3.1", topic::form, refuse, 0, 2, no_serial},
    {"no authorityKeyIdentifier", "RFC 5280 §4.2.1.1", topic::form, open, 0, 2, no_authority_identifier},
    {"no subjectKeyIdentifier in a CA", "RFC 5280 §4.2.1.2", topic::form, open, 1, 2, no_subject_identifier},
    {"authorityKeyIdentifier of another key", "RFC 5280 §4.2.1.1", topic::form, open, 0, 2, wrong_authority_identifier},
    {"authorityKeyIdentifier of another certificate", "RFC 5280 §4.2.1.1", topic::form, open, 0, 2,
     wrong_authority_serial},
    {"authorityKeyIdentifier critical", "RFC 5280 §4.2.1.1", topic::form, open, 0, 2, critical_authority_identifier},
    {"issuer without a name", "RFC 5280 §4.1.2.4", topic::form, refuse, 0, 2, empty_issuer},
    {"invalid UTF8String in the subject", "RFC 5280 §4.1.2.4", topic::form, open, 0, 2, bad_utf8},
    {"empty subject, subjectAltName not critical", "RFC 5280 §4.2.1.6", topic::form, open, 0, 2, names_not_critical},
    {"UTCTime without seconds", "RFC 5280 §4.1.2.5.1", topic::validity, refuse, 0, 2, bad_utc_time},
    {"UTCTime with a zone", "RFC 5280 §4.1.2.5.1", topic::validity, refuse, 0, 2, time_with_zone},
    {"13th month", "RFC 5280 §4.1.2.5.1", topic::validity, refuse, 0, 2, impossible_date},
    {"GeneralizedTime before 2050", "RFC 5280 §4.1.2.5", topic::validity, open, 0, 2, early_generalized_time},
    {"critical FALSE written out", "X.690 §11.5", topic::form, open, 0, 2, explicit_default},
    {"TRUE as 01", "X.690 §11.1", topic::form, open, 1, 2, true_as_one},
    {"subjectAltName cut off", "RFC 5280 §4.2.1.6", topic::form, refuse, 0, 2, broken_names},
    {"subjectAltName empty", "RFC 5280 §4.2.1.6", topic::form, refuse, 0, 2, empty_names},
    {"something behind subjectAltName", "X.690 §8.1", topic::form, open, 0, 2, rest_behind_names},
    {"empty list of extensions", "RFC 5280 §4.1", topic::form, refuse, 0, 2, no_extensions},
    {"authorityInfoAccess critical", "RFC 5280 §4.2.2.1", topic::critical, open, 0, 2, critical_access},
    {"subjectKeyIdentifier critical", "RFC 5280 §4.2.1.2", topic::critical, open, 1, 2, critical_subject_identifier},
    {"extendedKeyUsage critical", "RFC 5280 §4.2.1.12", topic::critical, accept, 0, 2, critical_purposes},
    {"keyUsage not critical", "RFC 5280 §4.2.1.3", topic::form, open, 1, 2, usage_not_critical},
    {"subjectAltName critical", "RFC 5280 §4.2.1.6", topic::critical, accept, 0, 2, names_critical},
    {"address of five octets", "RFC 5280 §4.2.1.6", topic::form, open, 0, 2, address_of_five},
    {"strange DNS name beside the right one", "RFC 5280 §4.2.1.6", topic::form, open, 0, 2, strange_dns_name},
    {"an octet behind the certificate", "X.690 §8.1", topic::form, open, 0, 2, byte_behind},
    {"unused bits in a signature", "RFC 5480 §2.2", topic::form, refuse, 0, 2, unused_bits},
    {"length not in the shortest form", "X.690 §10.1", topic::form, open, 0, 2, long_length},
    {"key that is no point of its curve", "RFC 5480 §2.2", topic::path, refuse, 0, 2, key_of_nobody},
    {"certificate cut off", "RFC 5280 §4.1", topic::form, refuse, 0, 2, broken_certificate},
};
} // namespace

std::span<const rule> form_rules() { return all; }
} // namespace differential
