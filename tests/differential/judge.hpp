// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "recipe.hpp"

#include <tlspp/x509/profile.hpp>

#include <string>

/// tlspp's own verdicts. Nothing where it accepts the chain, else why not.
namespace differential {

/// By `x509::verify`.
std::string refusal_of_verify(const made_chain& chain, const std::string& name, profile rules);

/// By the client of a handshake in memory, with default options.
std::string refusal_of_handshake(const made_chain& chain, const std::string& name);
} // namespace differential
