// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "hooks.hpp"

#include <tlspp/context.hpp>
#include <tlspp/session_cache.hpp>
#include <tlspp/testing.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A conversation of a client and a server, of which one call of a transport or one allocation fails.
namespace faults {

/// What fails in a run.
struct point {
    enum class kind : std::uint8_t { none, allocation, call } what = kind::none;
    std::uint64_t n = 0;                       ///< which, counted from 0; calls of the client's end come first
    hooks::failing how = hooks::failing::once; ///< allocations
    std::optional<tlspp::io_error> with = {};  ///< calls; no error: the end of the stream
};

/// What is said, and between whom. The contexts are made before anything fails.
struct scenario {
    std::string name;
    tlspp::client_context client;
    tlspp::server_context server;
    std::string session = {};                       ///< sealed, to be taken up
    std::optional<tlspp::session_cache> cache = {}; ///< of the server: a block of memory for each session in it
    bool mutual = false;                            ///< the server looks at the client's certificate, too
    bool psk = false;                               ///< instead of certificates
    bool open_before = false;                       ///< the handshake is over before anything fails
    std::size_t amount = 5;                         ///< bytes each way
    std::size_t piece = tlspp::test_faults::whole;  ///< most bytes that a call moves
};
inline constexpr std::string_view sealing_key = "0123456789abcdef0123456789abcdef";

/// What a run came to.
struct verdict {
    const char* wrong = nullptr;             ///< what does not hold
    bool met = false;                        ///< the fault
    bool well = false;                       ///< both ends came to their good end
    std::optional<tlspp::error> client = {}; ///< what they failed with
    std::optional<tlspp::error> server = {};
    std::int64_t kept = 0; ///< blocks of memory that were not freed
    // Defects of Mbed TLS 3.6.7 in TLS 1.3, at allocations that fail: mbedtls_ssl_tls13_compute_handshake_transform and
    // mbedtls_ssl_tls13_compute_application_transform free a transform without what is in it, and a transcript that
    // cannot be hashed is MBEDTLS_ERR_SSL_INTERNAL_ERROR.
    bool known_leak = false;
    bool known_riddle = false;
    // what there was that could have failed
    std::uint64_t allocations = 0;
    std::uint64_t client_calls = 0;
    std::uint64_t server_calls = 0;
};

/// Has the conversation once. `client_calls` is how many calls a run without faults has.
verdict run(const scenario& s, const point& at, std::uint64_t client_calls = 0);
} // namespace faults
