// SPDX-License-Identifier: BSL-1.0
// The client with tlspp: the same work as plain.c.
#include "common.h"
#include "credentials.h"

#include <tlspp/tlspp.hpp>

namespace {
int fail(const char* what, const tlspp::error& why) {
    board_print("failed: ");
    board_print(what);
    board_print_number("", static_cast<long>(why.code()));
    board_print_number("Mbed TLS ", why.mbedtls_code());
#if TLSPP_SENTENCES
    char sentence[200];
    why.describe(sentence);
    board_print(sentence);
    board_print("\n");
#endif
    print_figures();
    return 1;
}

bool waits(const tlspp::error& why) { return why == tlspp::errc::want_read || why == tlspp::errc::want_write; }

tlspp::io_result send(std::span<const std::byte> out) {
    std::size_t const sent = board_uart_send(reinterpret_cast<const unsigned char*>(out.data()), out.size());
    return sent == 0 ? tlspp::io_result(std::unexpected(tlspp::would_block)) : sent;
}

tlspp::io_result receive(std::span<std::byte> in) {
    std::size_t const got = board_uart_receive(reinterpret_cast<unsigned char*>(in.data()), in.size());
    return got == 0 ? tlspp::io_result(std::unexpected(tlspp::would_block)) : got;
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)
[[gnu::noinline]] tlspp::result<tlspp::client_context> make_context() { // what options take of the stack ends here
    static constexpr std::span<const unsigned char> roots[] = {root_crt};
    auto trust = tlspp::trust_store::bundle_parsed(roots);
    if (!trust) {
        return std::unexpected(trust.error());
    }
    return tlspp::client_context::create({
        .trust = std::move(*trust),
#if CLIENT_CLOCK
        .clock = {[](void*) -> tlspp::unix_seconds { return board_seconds(); }},
#else
        .clock = tlspp::insecure_no_clock,
#endif
#if !defined(MBEDTLS_PSA_CRYPTO_C)
        .random = {&device_random, nullptr},
#endif
    });
}
#else
[[gnu::noinline]] tlspp::result<tlspp::client_context> make_context() { // what options take of the stack ends here
    return tlspp::client_context::create({
        .cipher_suites = {tlspp::cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_CCM},
        .psk = tlspp::client_psk{.identity = psk_identity, .key = psk_key},
        .random = {&device_random, nullptr},
    });
}
#endif

int run() {
    auto context = make_context();
    if (!context) {
        return fail("context ", context.error());
    }
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    auto conn = context->wrap(tlspp::callbacks(&send, &receive), tlspp::known_name<"broker.example">);
#else
    auto conn = context->wrap(tlspp::callbacks(&send, &receive));
#endif
    if (!conn) {
        return fail("wrap ", conn.error());
    }
    auto done = conn->handshake();
    while (!done && waits(done.error())) {
        done = conn->handshake();
    }
    if (!done) {
        return fail("handshake ", done.error());
    }
    board_print("verified ");
    board_print(conn->version() == tlspp::version::tls1_3 ? "TLSv1.3\n" : "TLSv1.2\n");
    do {
        done = conn->write_all("sensor 7: 21 degrees\n");
    } while (!done && waits(done.error()));
    if (!done) {
        return fail("write ", done.error());
    }
    char answer[64];
    std::size_t got = 0;
    while (got == 0 || answer[got - 1] != '\n') {
        auto const n = conn->read_some(std::span(answer).subspan(got, sizeof answer - 1 - got));
        if (n && *n != 0) {
            got += *n;
        } else if (n || !waits(n.error())) {
            return fail("read ", n ? tlspp::error(tlspp::errc::truncated) : n.error());
        }
    }
    answer[got] = 0;
    board_print("answer ");
    board_print(answer);
    do {
        done = conn->shutdown();
    } while (!done && waits(done.error()));
    return done ? 0 : fail("shutdown ", done.error());
}
} // namespace

int main() {
    if (int const code = prepare(); code != 0) {
        return fail("prepare ", tlspp::error(tlspp::errc::random));
    }
    int const status = run();
    if (status == 0) {
        print_figures();
    }
    return status;
}
