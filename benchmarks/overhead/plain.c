/* SPDX-License-Identifier: BSL-1.0 */
/* The yardstick: client and server in C over Mbed TLS, each return code looked at, nothing else done. */
#include "credentials.h"
#include "pipe.h"
#include "side.h"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include <stdlib.h>
#include <string.h>

/* ---- settings --------------------------------------------------------------------------------------- */

static mbedtls_ssl_config client_config;
static mbedtls_ssl_config server_config;
static mbedtls_x509_crt root;
static mbedtls_x509_crt leaf;
static mbedtls_pk_context leaf_key;
static const int suites[] = {MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};

static void check(int code, const char* what) {
    if (code != 0) {
        give_up("C", what, code);
    }
}

#if MBEDTLS_VERSION_NUMBER < 0x04000000
static int random_bytes(void* context, unsigned char* out, size_t size) {
    (void)context;
    return psa_generate_random(out, size);
}
#endif

static void prepare_config(mbedtls_ssl_config* config, int endpoint, int tls1_3) {
    mbedtls_ssl_config_init(config);
    check(mbedtls_ssl_config_defaults(config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
          "defaults");
    mbedtls_ssl_conf_min_tls_version(config, tls1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(config, tls1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_ciphersuites(config, suites);
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    mbedtls_ssl_conf_rng(config, random_bytes, NULL);
#endif
}

static void prepare(int tls1_3) {
    check((int)psa_crypto_init(), "PSA");
    mbedtls_x509_crt_init(&root);
    mbedtls_x509_crt_init(&leaf);
    mbedtls_pk_init(&leaf_key);
    check(mbedtls_x509_crt_parse(&root, (const unsigned char*)credentials_root, sizeof credentials_root), "root");
    check(mbedtls_x509_crt_parse(&leaf, (const unsigned char*)credentials_leaf, sizeof credentials_leaf), "leaf");
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    check(mbedtls_pk_parse_key(&leaf_key, (const unsigned char*)credentials_leaf_key, sizeof credentials_leaf_key, NULL,
                               0, random_bytes, NULL),
          "key");
#else
    check(mbedtls_pk_parse_key(&leaf_key, (const unsigned char*)credentials_leaf_key, sizeof credentials_leaf_key, NULL,
                               0),
          "key");
#endif
    prepare_config(&client_config, MBEDTLS_SSL_IS_CLIENT, tls1_3);
    mbedtls_ssl_conf_authmode(&client_config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&client_config, &root, NULL);
    prepare_config(&server_config, MBEDTLS_SSL_IS_SERVER, tls1_3);
    check(mbedtls_ssl_conf_own_cert(&server_config, &leaf, &leaf_key), "own certificate");
}

static void finish(void) {
    mbedtls_ssl_config_free(&client_config);
    mbedtls_ssl_config_free(&server_config);
    mbedtls_pk_free(&leaf_key);
    mbedtls_x509_crt_free(&leaf);
    mbedtls_x509_crt_free(&root);
}

/* ---- the two ways of carrying bytes ----------------------------------------------------------------- */

struct duplex {
    struct pipe_buffer* out;
    struct pipe_buffer* in;
};

static struct pipe_buffer to_server, to_client;
static struct duplex client_pipe = {&to_server, &to_client};
static struct duplex server_pipe = {&to_client, &to_server};

static int pipe_send(void* context, const unsigned char* data, size_t size) {
    size_t const n = pipe_put(((struct duplex*)context)->out, data, size);
    return n == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : (int)n;
}

static int pipe_receive(void* context, unsigned char* data, size_t size) {
    size_t const n = pipe_take(((struct duplex*)context)->in, data, size);
    return n == 0 ? MBEDTLS_ERR_SSL_WANT_READ : (int)n;
}

/* What a C program has where tlspp has memory_transport: bytes in and out, growing as needed. */
struct growing_buffer {
    unsigned char* bytes;
    size_t begin, end, room;
};
struct buffers {
    struct growing_buffer out, in;
};
static struct buffers client_buffers, server_buffers;

static int append(struct growing_buffer* b, const unsigned char* data, size_t size) {
    if (size > b->room - b->end) {
        size_t const held = b->end - b->begin;
        if (b->begin != 0) {
            memmove(b->bytes, b->bytes + b->begin, held);
            b->begin = 0;
            b->end = held;
        }
        if (size > b->room - held) {
            size_t room = b->room == 0 ? 4096 : b->room;
            while (room - held < size) {
                room *= 2;
            }
            unsigned char* const grown = calloc(1, room);
            if (grown == NULL) {
                return -1;
            }
            if (held != 0) {
                memcpy(grown, b->bytes, held);
            }
            free(b->bytes);
            b->bytes = grown;
            b->room = room;
        }
    }
    memcpy(b->bytes + b->end, data, size);
    b->end += size;
    return 0;
}

static void consume(struct growing_buffer* b, size_t size) {
    b->begin += size;
    if (b->begin == b->end) {
        b->begin = b->end = 0;
    }
}

static int buffer_send(void* context, const unsigned char* data, size_t size) {
    return append(&((struct buffers*)context)->out, data, size) == 0 ? (int)size : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int buffer_receive(void* context, unsigned char* data, size_t size) {
    struct growing_buffer* const b = &((struct buffers*)context)->in;
    size_t const held = b->end - b->begin;
    size_t const n = size < held ? size : held;
    if (n == 0) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    memcpy(data, b->bytes + b->begin, n);
    consume(b, n);
    return (int)n;
}

static void carry(struct buffers* from, struct buffers* to) {
    size_t const n = from->out.end - from->out.begin;
    if (n != 0) {
        check(append(&to->in, from->out.bytes + from->out.begin, n), "memory");
        consume(&from->out, n);
    }
}

static void free_buffers(struct buffers* b) {
    free(b->out.bytes);
    free(b->in.bytes);
    memset(b, 0, sizeof *b);
}

/* ---- the work --------------------------------------------------------------------------------------- */

static mbedtls_ssl_context client;
static mbedtls_ssl_context server;
static int by_hand; /* whether the bytes have to be carried across */

static void client_to_server(void) {
    if (by_hand) {
        carry(&client_buffers, &server_buffers);
    }
}

static void server_to_client(void) {
    if (by_hand) {
        carry(&server_buffers, &client_buffers);
    }
}

static void open_end(mbedtls_ssl_context* ssl, const mbedtls_ssl_config* config, void* link, mbedtls_ssl_send_t* send,
                     mbedtls_ssl_recv_t* receive) {
    mbedtls_ssl_init(ssl);
    check(mbedtls_ssl_setup(ssl, config), "setup");
    mbedtls_ssl_set_bio(ssl, link, send, receive, NULL);
}

static void open_on_pipe(void) {
    by_hand = 0;
    open_end(&client, &client_config, &client_pipe, pipe_send, pipe_receive);
    check(mbedtls_ssl_set_hostname(&client, "localhost"), "host name");
    open_end(&server, &server_config, &server_pipe, pipe_send, pipe_receive);
}

static void open_on_buffers(void) {
    by_hand = 1;
    open_end(&client, &client_config, &client_buffers, buffer_send, buffer_receive);
    check(mbedtls_ssl_set_hostname(&client, "localhost"), "host name");
    open_end(&server, &server_config, &server_buffers, buffer_send, buffer_receive);
}

static int handshake_step(mbedtls_ssl_context* ssl) {
    int const code = mbedtls_ssl_handshake(ssl);
    if (code != 0 && code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
        give_up("C", "handshake", code);
    }
    return code == 0;
}

static void handshake(void) {
    int client_done = 0;
    int server_done = 0;
    while (!client_done || !server_done) {
        if (!client_done) {
            client_done = handshake_step(&client);
            client_to_server();
        }
        if (!server_done) {
            server_done = handshake_step(&server);
            server_to_client();
        }
    }
}

static void write_whole(mbedtls_ssl_context* ssl, const unsigned char* data, size_t size) {
    while (size != 0) {
        int const n = mbedtls_ssl_write(ssl, data, size);
        if (n <= 0) {
            give_up("C", "write", n);
        }
        data += n;
        size -= (size_t)n;
    }
}

static void read_whole(mbedtls_ssl_context* ssl, unsigned char* data, size_t size) {
    while (size != 0) {
        int const n = mbedtls_ssl_read(ssl, data, size);
        if (n <= 0) {
            give_up("C", "read", n);
        }
        data += n;
        size -= (size_t)n;
    }
}

static void transfer(size_t size) {
    write_whole(&client, message, size);
    client_to_server();
    read_whole(&server, answer, size);
}

static void round_trip(size_t size) {
    transfer(size);
    write_whole(&server, message, size);
    server_to_client();
    read_whole(&client, answer, size);
}

static void expect_end(mbedtls_ssl_context* ssl) {
    int const n = mbedtls_ssl_read(ssl, answer, sizeof answer);
    if (n != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        give_up("C", "end of stream", n);
    }
}

static void shut_down(void) {
    check(mbedtls_ssl_close_notify(&client), "close_notify");
    client_to_server();
    expect_end(&server);
    check(mbedtls_ssl_close_notify(&server), "close_notify");
    server_to_client();
    expect_end(&client);
}

static void close_pair(void) {
    mbedtls_ssl_free(&client);
    mbedtls_ssl_free(&server);
    if (by_hand) {
        free_buffers(&client_buffers);
        free_buffers(&server_buffers);
    }
}

const struct side plain_pipe = {"c-pipe", prepare,   open_on_pipe, handshake, round_trip,
                                transfer, shut_down, close_pair,   finish};
const struct side plain_buffers = {"c-buffers", prepare,   open_on_buffers, handshake, round_trip,
                                   transfer,    shut_down, close_pair,      finish};
