// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The version of tlspp itself. For TLS versions see `protocol.hpp`.

/// First part of the version.
#define TLSPP_VERSION_MAJOR 0
/// Second part of the version.
#define TLSPP_VERSION_MINOR 1
/// Third part of the version.
#define TLSPP_VERSION_PATCH 0

/// One number that grows with every release: 10000 * major + 100 * minor + patch.
#define TLSPP_VERSION (TLSPP_VERSION_MAJOR * 10000 + TLSPP_VERSION_MINOR * 100 + TLSPP_VERSION_PATCH)
/// The version as a text.
#define TLSPP_VERSION_STRING "0.1.0"
