// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/stream.hpp>
#include <tlspp/transport/memory.hpp>

namespace tlspp::inline TLSPP_ABI {

/// A connection without any I/O: bytes to send are taken from `transport().outgoing()`, bytes that arrived are given to
/// `transport().feed()`. Python's `SSLObject` over two `MemoryBIO`s.
using engine = stream<memory_transport>;
} // namespace tlspp::inline TLSPP_ABI
