/* SPDX-License-Identifier: BSL-1.0 */

/* AES-GCM of a build with -Dmbedtls:accel=ipsec-mb against the GCM that comes with Mbed TLS, byte for byte: every key
 * size, every length of data and of additional data around the blocks that vector code works in, every tag, in place
 * and apart; what must be refused is refused by both, and leaves nothing. Then Mbed TLS's own test, which has the
 * vectors of NIST's submission. Exits with 0, or tells what differs. */
#include "gcm_stock.h"

#include <mbedtls/gcm.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest = 16 * 1024 + 300 };

static unsigned char input[longest], ours[longest], theirs[longest], back[longest];
static unsigned long cases;

static uint32_t state = 1;
static unsigned char next_byte(void) {
    state = state * 1664525u + 1013904223u;
    return (unsigned char)(state >> 24);
}
static void fill(unsigned char* out, size_t size) {
    for (size_t i = 0; i != size; ++i) {
        out[i] = next_byte();
    }
}

static void stop(const char* what, unsigned bits, size_t length, size_t add_length, size_t tag_length) {
    printf("%s: key of %u bits, %zu bytes, %zu additional, tag of %zu\n", what, bits, length, add_length, tag_length);
    exit(1);
}

static void compare(mbedtls_gcm_context* ctx, struct gcm_stock_context* stock, unsigned bits, size_t length,
                    size_t iv_length, size_t add_length, size_t tag_length) {
    unsigned char iv[32], add[512], tag[16] = {0}, right_tag[16] = {0};

    ++cases;
    fill(iv, sizeof(iv));
    fill(add, sizeof(add));
    fill(input, length);
    memset(ours, 0, sizeof(ours));
    memset(theirs, 0, sizeof(theirs));
    int const a = mbedtls_gcm_crypt_and_tag(ctx, MBEDTLS_GCM_ENCRYPT, length, iv, iv_length, add, add_length, input,
                                            ours, tag_length, tag);
    int const b = gcm_stock_crypt_and_tag(stock, MBEDTLS_GCM_ENCRYPT, length, iv, iv_length, add, add_length, input,
                                          theirs, tag_length, right_tag);
    if (a != b || memcmp(tag, right_tag, sizeof(tag)) != 0 || memcmp(ours, theirs, sizeof(ours)) != 0) {
        stop("encrypts otherwise", bits, length, add_length, tag_length);
    }
    if (a != 0) {
        return;
    }
    memcpy(back, ours, length); /* in place */
    if (mbedtls_gcm_auth_decrypt(ctx, length, iv, iv_length, add, add_length, tag, tag_length, back, back) != 0 ||
        memcmp(back, input, length) != 0) {
        stop("does not decrypt", bits, length, add_length, tag_length);
    }
    /* one bit of what is authenticated */
    size_t const place = ((size_t)next_byte() << 8 | next_byte()) % (length + add_length + tag_length);
    unsigned char* const changed = place < length                ? ours + place
                                   : place < length + add_length ? add + (place - length)
                                                                 : tag + (place - length - add_length);
    *changed ^= (unsigned char)(1u << (next_byte() % 8));
    memset(back, 0xA5, length);
    if (mbedtls_gcm_auth_decrypt(ctx, length, iv, iv_length, add, add_length, tag, tag_length, ours, back) !=
        MBEDTLS_ERR_GCM_AUTH_FAILED) {
        stop("does not notice a change", bits, length, add_length, tag_length);
    }
    for (size_t i = 0; i != length; ++i) {
        if (back[i] != 0) {
            stop("gives away what was changed", bits, length, add_length, tag_length);
        }
    }
}

int main(void) {
    static unsigned const sizes[] = {128, 192, 256};
    static size_t const adds[] = {0, 1, 5, 12, 13, 15, 16, 17, 31, 32, 33, 64, 127, 128, 129, 255, 300};
    static size_t const big[] = {1023, 1024, 1025, 1400, 4095, 4096, 4097, 8192, 16383, 16384, 16385, 16400, 16639};
    struct gcm_stock_context* stock = calloc(1, gcm_stock_size());
    mbedtls_gcm_context ctx;

    mbedtls_gcm_init(&ctx);
    gcm_stock_init(stock);
    if (mbedtls_gcm_starts(&ctx, MBEDTLS_GCM_ENCRYPT, input, 12) == 0) {
        stop("starts without a key", 0, 0, 0, 0);
    }
    for (size_t s = 0; s != sizeof(sizes) / sizeof(*sizes); ++s) {
        unsigned const bits = sizes[s];
        unsigned char key[32];

        fill(key, sizeof(key));
        if (mbedtls_gcm_setkey(&ctx, MBEDTLS_CIPHER_ID_AES, key, bits) != 0 ||
            gcm_stock_setkey(stock, MBEDTLS_CIPHER_ID_AES, key, bits) != 0) {
            stop("takes no key", bits, 0, 0, 0);
        }
        if (ctx.MBEDTLS_PRIVATE(fast) == NULL) {
            puts("this CPU has no AES-NI: Mbed TLS's own is used");
            return 77;
        }
        for (size_t length = 0; length <= 320; ++length) {
            for (size_t a = 0; a != sizeof(adds) / sizeof(*adds); ++a) {
                compare(&ctx, stock, bits, length, 12, adds[a], 16);
            }
        }
        for (size_t length = 320; length <= 1100; length += 7) {
            compare(&ctx, stock, bits, length, 12, 13, 16);
        }
        for (size_t i = 0; i != sizeof(big) / sizeof(*big); ++i) {
            compare(&ctx, stock, bits, big[i], 12, 5, 16);
            compare(&ctx, stock, bits, big[i], 12, 13, 16);
        }
        for (size_t tag = 0; tag <= 17; ++tag) {
            compare(&ctx, stock, bits, 100, 12, 13, tag > 16 ? 16 : tag);
        }
        for (size_t iv = 0; iv <= 32; ++iv) { /* other nonces: Mbed TLS's own */
            compare(&ctx, stock, bits, 100, iv, 13, 16);
        }
        /* buffers that overlap: as Mbed TLS's own, which moves forward */
        fill(ours, 600);
        memcpy(theirs, ours, 600);
        unsigned char tag[16], right_tag[16];
        int const a =
            mbedtls_gcm_crypt_and_tag(&ctx, MBEDTLS_GCM_ENCRYPT, 500, key, 12, NULL, 0, ours + 40, ours, 16, tag);
        int const b = gcm_stock_crypt_and_tag(stock, MBEDTLS_GCM_ENCRYPT, 500, key, 12, NULL, 0, theirs + 40, theirs,
                                              16, right_tag);
        if (a != b || memcmp(ours, theirs, 600) != 0 || (a == 0 && memcmp(tag, right_tag, 16) != 0)) {
            stop("overlapping buffers", bits, 500, 0, 16);
        }
    }
    /* other block ciphers go on as they did */
    unsigned char key[16];
    fill(key, sizeof(key));
    if (mbedtls_gcm_setkey(&ctx, MBEDTLS_CIPHER_ID_CAMELLIA, key, 128) != 0 || ctx.MBEDTLS_PRIVATE(fast) != NULL ||
        gcm_stock_setkey(stock, MBEDTLS_CIPHER_ID_CAMELLIA, key, 128) != 0) {
        stop("Camellia", 128, 0, 0, 0);
    }
    compare(&ctx, stock, 128, 100, 12, 13, 16);
    mbedtls_gcm_free(&ctx);
    gcm_stock_free(stock);
    free(stock);
    if (mbedtls_gcm_self_test(1) != 0) {
        return 1;
    }
    printf("%lu cases are the same\n", cases);
    return 0;
}
