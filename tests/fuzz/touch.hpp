// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>
#include <tlspp/text.hpp>
#include <tlspp/x509/certificate.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What the fuzz targets share. A target says more than "it did not crash": `require` ends the run as a crash does.
namespace fuzz {
using namespace tlspp;

inline volatile unsigned sink = 0;

/// Reads every byte, so that a view of memory that is not there is found.
inline void touch(bytes data) {
    unsigned sum = 0;
    for (std::byte b : data) {
        sum += static_cast<unsigned>(b);
    }
    sink = sink + sum;
}

inline void require(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "fuzz: this does not hold: %s\n", what);
        std::abort();
    }
}

/// An error is always one of ours, with a sentence.
inline void touch(const error& e) {
    require(!e.message().view().empty(), "an error has a sentence");
    touch(e.message().view());
}

/// All that can be asked of a certificate.
inline void touch_names(const x509::distinguished_name& name) {
    touch(name.der());
    for (const x509::attribute& a : name) {
        touch(a.type.der());
        touch(a.value);
        touch(a.short_name());
        touch(to_string(a));
    }
    touch(to_string(name));
    char small[8];
    (void)name.describe(small);
}

inline void touch_name(const x509::general_name& name) {
    touch(name.value());
    touch(name.text());
    touch(name.address());
    touch(name.type().der());
    touch_names(name.directory());
    touch(to_string(name));
}

inline void touch(const certificate& c) {
    touch(c.der());
    touch(c.tbs());
    touch_names(c.subject());
    touch_names(c.issuer());
    for (const x509::general_name& n : c.subject_alt_names()) {
        touch_name(n);
    }
    touch(c.serial_number());
    touch(serial_to_string(c.serial_number()));
    require(c.version() >= 1 && c.version() <= 3, "the version is 1, 2 or 3");
    touch(time_to_string(c.not_before()));
    touch(time_to_string(c.not_after()));
    touch(c.public_key().der);
    touch(c.public_key().curve);
    touch(c.signature_algorithm().id.der());
    touch(c.signature_algorithm().name);
    if (auto const constraints = c.basic_constraints()) {
        sink = sink + constraints->path_length.value_or(0);
    }
    sink = sink + (c.is_ca() ? 1U : 0U);
    if (auto const usage = c.key_usage()) {
        sink = sink + usage->bits();
    }
    for (x509::oid purpose : c.extended_key_usage()) {
        touch(purpose.der());
        touch(to_string(purpose));
    }
    for (x509::oid policy : c.policies()) {
        touch(policy.der());
    }
    touch(c.subject_key_identifier());
    auto const authority = c.authority_key_identifier();
    touch(authority.key_identifier);
    touch(authority.serial_number);
    for (const x509::general_name& n : authority.issuer) {
        touch_name(n);
    }
    for (const x509::general_name& n : c.crl_distribution_points()) {
        touch_name(n);
    }
    for (const x509::access_description& a : c.authority_information_access()) {
        touch(a.method.der());
        touch_name(a.location);
    }
    for (const x509::extension& e : c.extensions()) {
        touch(e.id.der());
        touch(e.value);
    }
    touch(describe(c));
    touch(to_json(c));
}
} // namespace fuzz

/// The function that libFuzzer calls.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
