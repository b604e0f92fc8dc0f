// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/function.hpp>
#include <tlspp/error.hpp>

namespace tlspp::inline TLSPP_ABI {

/// What a digest to be signed was made with.
enum class digest_algorithm : std::uint8_t {
    sha256, ///< SHA-256
    sha384, ///< SHA-384
    sha512, ///< SHA-512
};

/// The type of what signs for an `identity` whose key lies elsewhere (`identity::from_signer`): made from any callable
/// that takes a `digest_algorithm`, the digest (`bytes`) and room for the signature (`writable_bytes`), and returns a
/// `result<std::size_t>`, the length of the signature. Its copies share one object.
///
/// RSA keys sign by PKCS #1 v1.5 (RFC 8017 §8.2.1; a device that only pads wants the DigestInfo of §9.2 made first), and
/// the signature is as long as the modulus. EC keys sign by ECDSA, and the signature is a DER Ecdsa-Sig-Value (RFC 3279
/// §2.2.3), not the two bare numbers that PKCS #11 has.
///
/// The handshake waits for it. What it throws, and each error that it returns, ends the handshake with `errc::callback`;
/// so does a signature that the certificate's public key does not verify.
/// \par Thread safety It may be called by several threads at once, where several connections are, and must not touch
/// the connection that it is called for.
using signer = detail::function<result<std::size_t>(digest_algorithm, bytes, writable_bytes)>;
} // namespace tlspp::inline TLSPP_ABI
