// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/function.hpp>

#include <cstdint>

/// \file
/// 0-RTT (RFC 8446 §2.3): data that a client sends with its first message, under the key of a session that it resumes.
/// It is not forward secret, and whoever copies it from the wire can send it once more. So it never mixes with other
/// data: `connection::write_early` and `read_early` carry it. Needs `MBEDTLS_SSL_EARLY_DATA`. See docs/early_data.md.
namespace tlspp::inline TLSPP_ABI {

/// Whether a client may send early data.
enum class early_data : std::uint8_t {
    off, ///< none is sent
    /// `connection::write_early` sends what the session permits. Whether the server takes it once only is the server's
    /// to see to, and the client cannot tell: send nothing that does harm when it is done twice.
    insecure_replayable,
};

/// What became of a client's early data.
enum class early_data_status : std::uint8_t {
    none,     ///< none could be sent, or the handshake is not complete
    accepted, ///< the server has it
    rejected, ///< the server threw it away, or never saw it: send it again, as ordinary data
};

/// Tells whether a ticket is used for the first time. It is given 32 bytes that stand for the ticket, has to remember
/// them for a minute, in one place for all servers that have the same ticket keys, and returns true for the first call
/// with them only; false also where it cannot tell. The handshake waits for it. What it throws ends the handshake.
/// \par Thread safety It may be called by several threads at once, and must not touch the connection.
using replay_guard = detail::function<bool(bytes)>;

/// Whether a server takes early data, and how it keeps a copy of it from being taken twice (RFC 8446 §8): a ticket is
/// good for early data once, by a list of this context's own, where its ticket keys are its own, too. Other servers with
/// the same keys do not see that list: with `ticket_options::keys`, `first_use` has to be given.
struct server_early_data {
    /// Bytes that a ticket permits, at most 1 MiB; more ends the connection. Default: 0, no early data.
    std::uint32_t max_size = 0;
    /// Asked instead of the list of the context's own.
    replay_guard first_use = {};
    /// Takes early data as often as it comes.
    bool insecure_replayable = false;
};
} // namespace tlspp::inline TLSPP_ABI
