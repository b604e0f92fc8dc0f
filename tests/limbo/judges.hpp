// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "cases.hpp"

#include <tlspp/verify_flags.hpp>
#include <tlspp/x509/profile.hpp>

/// \file
/// Who judges the cases: this library by `x509::verify` and in handshakes, and plain Mbed TLS.
namespace limbo {

struct verdict {
    bool accepted = false;
    std::string why = {}; ///< of a refusal, or why there is no verdict
    bool applies = true;
    tlspp::verify_flags flags = {};

    static verdict left_out(std::string reason) { return {.why = std::move(reason), .applies = false}; }
    static verdict refused(tlspp::verify_flags flags);
    static verdict refused(std::string reason) { return {.why = std::move(reason)}; }
    static verdict accept() { return {.accepted = true}; }
};

verdict by_verify(const test_case& c, tlspp::profile rules);
/// Two engines, one of which has the case's leaf. Left out where that is not to be had, or where the case asks for what
/// no option of a context says.
verdict by_handshake(const test_case& c, tlspp::profile rules);
/// `mbedtls_x509_crt_verify`, and its functions for key usages, as its TLS does.
verdict by_mbedtls(const test_case& c);

/// Why a bad chain was accepted, as far as rules of form tell: what `profile::webpki` would say, and what it would say
/// of the anchor if that was not one.
std::string excuse(const test_case& c);
} // namespace limbo
