// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "recipe.hpp"

#include <span>

/// What is done to a good chain, and what the RFCs say about the result.
namespace differential {

enum class verdict : std::uint8_t {
    accept,
    refuse,
    open, ///< a rule for issuers that verifiers may leave alone, or a choice that the RFCs leave to them
};

/// Parts of the RFCs, by which differences are grouped.
enum class topic : std::uint8_t {
    none,        ///< good chains: grouped under their own part only where somebody refuses them
    form,        ///< RFC 5280 §4.1, §4.2: the form of a certificate and of its extensions
    validity,    ///< RFC 5280 §4.1.2.5
    path,        ///< RFC 5280 §6.1: signatures, names of issuers, anchors, path building
    constraints, ///< RFC 5280 §4.2.1.9: basicConstraints
    key_usage,   ///< RFC 5280 §4.2.1.3, §4.2.1.12: what a key is for
    critical,    ///< RFC 5280 §4.2, §4.2.1.11: critical extensions, policies
    name_limits, ///< RFC 5280 §4.2.1.10: name constraints
    names,       ///< RFC 9525: the peer's name
    strength,    ///< RFC 9325 §4.5: hashes and sizes of keys
};

struct rule {
    const char* id;
    const char* section;
    topic part;
    verdict expected;
    /// Intermediates that the chain has at least and at most.
    std::size_t least;
    std::size_t most;
    void (*apply)(recipe&, chooser&, key_ring&);
};

std::span<const rule> good_rules();
std::span<const rule> path_rules();
std::span<const rule> purpose_rules();
std::span<const rule> form_rules();
std::span<const rule> name_rules();
std::span<const rule> limit_rules();
} // namespace differential
