// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>

namespace tlspp::inline TLSPP_ABI {

/// The last argument of `context::wrap` where a connection goes on that has spoken plain text until now (STARTTLS):
/// how many bytes the program has received and not used, in line buffers and the like.
///
/// Whatever arrived before TLS began may come from anybody on the path, and must not be taken for what the peer says
/// inside TLS (CVE-2011-0411). So anything but 0 is refused, and so are bytes that the transport itself has read ahead:
/// `errc::protocol_violation` with `reason::plaintext_before_tls`. Give the number as the buffer has it:
///
///     auto conn = context.wrap(std::move(socket), "mail.example.org", after_plaintext{lines.unread()});
struct after_plaintext {
    /// Bytes received and not used when TLS begins.
    std::size_t unread;
};
} // namespace tlspp::inline TLSPP_ABI
