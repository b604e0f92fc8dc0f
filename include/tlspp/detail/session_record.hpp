// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_session.hpp>
#include <tlspp/detail/sha256.hpp>

#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

/// How a peer stood when a session was made; what `peer_status` is after its resumption.
enum class session_peer : std::uint8_t { none, verified, unverified, psk };

/// All that belongs to a session: Mbed TLS's part, and what it does not keep. One block of bytes, so that caches,
/// tickets and sealed exports hold the same thing.
struct session_record {
    session_peer peer = session_peer::none;
    bool named = false;                ///< the name was verified
    bool portable = true;              ///< the policy can be told again in another process
    std::uint8_t version = 0;          ///< 3 or 4, for TLS 1.2 and 1.3
    std::uint64_t flags = 0;           ///< what verification found
    std::int64_t began = -1;           ///< seconds since 1970, of the full handshake; negative: there is no clock
    std::int64_t issued = -1;          ///< the same of this session or ticket
    std::int64_t expires = -1;         ///< the same
    std::int64_t certificate_end = -1; ///< the same of the peer's certificate
    std::uint32_t lifetime = 0;        ///< as the server said it; 0: it did not say
    bytes policy;                      ///< the hash of what the peer was judged by
    bytes name;
    bytes alpn;
    bytes peer_certificate; ///< in DER, where Mbed TLS's part has none
    bytes native;           ///< what `save_session` wrote
};

class byte_writer {
public:
    explicit byte_writer(unsigned char* out) noexcept : out_(out) {}
    byte_writer& number(std::uint64_t n, std::size_t size) noexcept {
        for (std::size_t i = size; i-- != 0;) {
            *out_++ = static_cast<unsigned char>(n >> 8 * i & 0xFFU);
        }
        return *this;
    }
    byte_writer& part(bytes from) noexcept {
        for (std::byte b : from) {
            *out_++ = static_cast<unsigned char>(b);
        }
        return *this;
    }
    byte_writer& counted(bytes from, std::size_t size) noexcept { return number(from.size(), size).part(from); }

private:
    unsigned char* out_;
};

inline constexpr std::uint8_t record_format = 1;
inline constexpr std::size_t policy_size = 32;

inline std::size_t size_of(const session_record& r) noexcept {
    return 1 + 4 + 8 * 5 + 4 + policy_size + 2 + r.name.size() + 1 + r.alpn.size() + 3 + r.peer_certificate.size() + 3 +
           r.native.size();
}

/// `out` has room for `size_of(r)`.
inline void write_record(const session_record& r, unsigned char* out) noexcept {
    byte_writer{out}
        .number(record_format, 1)
        .number(static_cast<std::uint64_t>(r.peer), 1)
        .number(r.named ? 1 : 0, 1)
        .number(r.portable ? 1 : 0, 1)
        .number(r.version, 1)
        .number(r.flags, 8)
        .number(static_cast<std::uint64_t>(r.began), 8)
        .number(static_cast<std::uint64_t>(r.issued), 8)
        .number(static_cast<std::uint64_t>(r.expires), 8)
        .number(static_cast<std::uint64_t>(r.certificate_end), 8)
        .number(r.lifetime, 4)
        .part(r.policy)
        .counted(r.name, 2)
        .counted(r.alpn, 1)
        .counted(r.peer_certificate, 3)
        .counted(r.native, 3);
}

/// False where there is no memory.
inline bool keep_record(const session_record& r, secure_buffer& out) noexcept {
    if (!out.allocate(size_of(r))) {
        return false;
    }
    write_record(r, out.data());
    return true;
}

/// Views into `from`. Nothing where these bytes are no record.
inline std::optional<session_record> read_record(bytes from) noexcept {
    byte_reader in{from};
    bool const known = in.number(1) == record_format;
    session_record r;
    auto const peer = in.number(1);
    r.peer = static_cast<session_peer>(peer);
    r.named = in.number(1) != 0;
    r.portable = in.number(1) != 0;
    r.version = static_cast<std::uint8_t>(in.number(1));
    r.flags = in.number(8);
    r.began = static_cast<std::int64_t>(in.number(8));
    r.issued = static_cast<std::int64_t>(in.number(8));
    r.expires = static_cast<std::int64_t>(in.number(8));
    r.certificate_end = static_cast<std::int64_t>(in.number(8));
    r.lifetime = static_cast<std::uint32_t>(in.number(4));
    r.policy = in.part(policy_size);
    r.name = in.counted(2);
    r.alpn = in.counted(1);
    r.peer_certificate = in.counted(3);
    r.native = in.counted(3);
    bool const good = known && in.at_end() && peer <= static_cast<std::uint64_t>(session_peer::psk);
    return good ? std::optional<session_record>(r) : std::nullopt;
}

inline bytes view_of(const secure_buffer& b) noexcept { return {b.data(), b.size()}; }
} // namespace tlspp::inline TLSPP_ABI::detail
