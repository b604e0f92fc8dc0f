// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/used.hpp>

#include <string_view>

namespace tlspp::inline TLSPP_ABI {
namespace detail {
struct core;

/// Hands a secret to the key log: Mbed TLS's callback, whose context is a connection; in start.hpp.
template <class Core>
struct secret_export {
    static void call(void* context, mbedtls_ssl_key_export_type type, const unsigned char* secret, std::size_t size,
                     const unsigned char* client_random, const unsigned char* server_random,
                     mbedtls_tls_prf_types prf) noexcept;
};
} // namespace detail

/// The type of the option `keylog`: made from any callable that takes a `std::string_view`: a line in the format of
/// NSS's key log (`SSLKEYLOGFILE`), without an end of line, for Wireshark and its like. Who has these lines can read
/// the connection: for debugging only, and never by itself, whatever the environment says. The text is zeroised when
/// the callable returns. It may be called by several threads at once, where several connections are. What it throws
/// ends the handshake with `errc::callback`. To append to a file: `keylog_file.hpp`.
using keylog_hook = detail::used_function<void(std::string_view), detail::secret_export<detail::core>>;

namespace detail {
constexpr std::string_view keylog_label(mbedtls_ssl_key_export_type type) noexcept {
    switch (type) {
    case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
        return "CLIENT_RANDOM";
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_EARLY_SECRET:
        return "CLIENT_EARLY_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_EARLY_EXPORTER_SECRET:
        return "EARLY_EXPORTER_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
        return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
        return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
        return "CLIENT_TRAFFIC_SECRET_0";
    case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
        return "SERVER_TRAFFIC_SECRET_0";
#endif
    }
    return {};
}

/// A line of the key log: the label, the client's random and the secret.
class keylog_line {
public:
    keylog_line(std::string_view label, const unsigned char* client_random, const unsigned char* secret,
                std::size_t size) noexcept {
        for (; size_ != longest_label && size_ != label.size(); ++size_) {
            text_[size_] = label[size_];
        }
        text_[size_++] = ' ';
        put(client_random, 32);
        text_[size_++] = ' ';
        put(secret, size < largest_secret ? size : largest_secret);
    }
    keylog_line(const keylog_line&) = delete;
    keylog_line& operator=(const keylog_line&) = delete;
    ~keylog_line() { mbedtls_platform_zeroize(text_, sizeof text_); }
    std::string_view view() const noexcept { return {text_, size_}; }

private:
    static constexpr std::size_t longest_label = 32;
    static constexpr std::size_t largest_secret = 64;

    void put(const unsigned char* data, std::size_t size) noexcept {
        for (std::size_t i = 0; i != size; ++i) {
            text_[size_++] = "0123456789abcdef"[data[i] >> 4];
            text_[size_++] = "0123456789abcdef"[data[i] & 15U];
        }
    }

    char text_[longest_label + 2 + 2 * 32 + 2 * largest_secret];
    std::size_t size_ = 0;
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
