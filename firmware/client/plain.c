/* SPDX-License-Identifier: BSL-1.0 */
/* The yardstick: the client in C, each return code looked at, nothing else done. */
#include "common.h"
#include "credentials.h"

#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#include <mbedtls/x509_crt.h>
#endif
#if defined(MBEDTLS_PSA_CRYPTO_C)
#include <psa/crypto.h>
#endif

#include <string.h>

static int link_send(void* context, const unsigned char* data, size_t size) {
    (void)context;
    size_t const sent = board_uart_send(data, size);
    return sent == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : (int)sent;
}

static int link_receive(void* context, unsigned char* data, size_t size) {
    (void)context;
    size_t const received = board_uart_receive(data, size);
    return received == 0 ? MBEDTLS_ERR_SSL_WANT_READ : (int)received;
}

#if defined(MBEDTLS_PSA_CRYPTO_C)
static int psa_random(void* context, unsigned char* out, size_t size) {
    (void)context;
    return (int)psa_generate_random(out, size);
}
#define RANDOM psa_random
#else
#define RANDOM device_random
#endif

struct client {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_x509_crt root;
#endif
};
static struct client client;

static int waits(int code) { return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE; }

static int fail(const char* what, int code) {
    board_print("failed: ");
    board_print_number(what, code);
    print_figures();
    return 1;
}

int main(void) {
    static const char message[] = "sensor 7: 21 degrees\n";
    char answer[64];
    int code = prepare();
    if (code != 0) {
        return fail("prepare ", code);
    }
#if defined(MBEDTLS_PSA_CRYPTO_C)
    code = (int)psa_crypto_init();
    if (code != 0) {
        return fail("PSA ", code);
    }
#endif
    mbedtls_ssl_init(&client.ssl);
    mbedtls_ssl_config_init(&client.config);
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_x509_crt_init(&client.root);
    code = mbedtls_x509_crt_parse_der_nocopy(&client.root, root_crt, sizeof root_crt);
    if (code != 0) {
        return fail("root ", code);
    }
#endif
    code = mbedtls_ssl_config_defaults(&client.config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                       MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
        return fail("defaults ", code);
    }
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_ssl_conf_authmode(&client.config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&client.config, &client.root, NULL);
#else
    code = mbedtls_ssl_conf_psk(&client.config, psk_key, sizeof psk_key, (const unsigned char*)psk_identity,
                                sizeof psk_identity - 1);
    if (code != 0) {
        return fail("key ", code);
    }
#endif
    mbedtls_ssl_conf_rng(&client.config, RANDOM, NULL);
    code = mbedtls_ssl_setup(&client.ssl, &client.config);
    if (code != 0) {
        return fail("setup ", code);
    }
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    code = mbedtls_ssl_set_hostname(&client.ssl, "broker.example");
    if (code != 0) {
        return fail("name ", code);
    }
#endif
    mbedtls_ssl_set_bio(&client.ssl, NULL, link_send, link_receive, NULL);
    do {
        code = mbedtls_ssl_handshake(&client.ssl);
    } while (waits(code));
    if (code != 0) {
        return fail("handshake ", code);
    }
    board_print("verified ");
    board_print(mbedtls_ssl_get_version(&client.ssl));
    board_print("\n");
    size_t written = 0;
    while (written != sizeof message - 1) {
        code = mbedtls_ssl_write(&client.ssl, (const unsigned char*)message + written, sizeof message - 1 - written);
        if (code > 0) {
            written += (size_t)code;
        } else if (!waits(code)) {
            return fail("write ", code);
        }
    }
    size_t got = 0;
    while (got == 0 || answer[got - 1] != '\n') {
        code = mbedtls_ssl_read(&client.ssl, (unsigned char*)answer + got, sizeof answer - 1 - got);
        if (code > 0) {
            got += (size_t)code;
        } else if (!waits(code)) {
            return fail("read ", code);
        }
    }
    answer[got] = 0;
    board_print("answer ");
    board_print(answer);
    do {
        code = mbedtls_ssl_close_notify(&client.ssl);
    } while (waits(code));
    if (code != 0) {
        return fail("close ", code);
    }
    mbedtls_ssl_free(&client.ssl);
    mbedtls_ssl_config_free(&client.config);
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_x509_crt_free(&client.root);
#endif
    print_figures();
    return 0;
}
