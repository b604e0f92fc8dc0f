/* SPDX-License-Identifier: BSL-1.0 */
#ifndef GCM_STOCK_H
#define GCM_STOCK_H
/* The GCM that comes with Mbed TLS, under other names: library/gcm.c, compiled once more. */
#include <stddef.h>

#include "mbedtls/cipher.h"

struct gcm_stock_context;

size_t gcm_stock_size(void);
void gcm_stock_init(struct gcm_stock_context *ctx);
int gcm_stock_setkey(struct gcm_stock_context *ctx, mbedtls_cipher_id_t cipher, const unsigned char *key,
                     unsigned int keybits);
int gcm_stock_crypt_and_tag(struct gcm_stock_context *ctx, int mode, size_t length, const unsigned char *iv,
                            size_t iv_len, const unsigned char *add, size_t add_len, const unsigned char *input,
                            unsigned char *output, size_t tag_len, unsigned char *tag);
int gcm_stock_auth_decrypt(struct gcm_stock_context *ctx, size_t length, const unsigned char *iv, size_t iv_len,
                           const unsigned char *add, size_t add_len, const unsigned char *tag, size_t tag_len,
                           const unsigned char *input, unsigned char *output);
int gcm_stock_starts(struct gcm_stock_context *ctx, int mode, const unsigned char *iv, size_t iv_len);
int gcm_stock_update_ad(struct gcm_stock_context *ctx, const unsigned char *add, size_t add_len);
int gcm_stock_update(struct gcm_stock_context *ctx, const unsigned char *input, size_t input_length,
                     unsigned char *output, size_t output_size, size_t *output_length);
int gcm_stock_finish(struct gcm_stock_context *ctx, unsigned char *output, size_t output_size, size_t *output_length,
                     unsigned char *tag, size_t tag_len);
void gcm_stock_free(struct gcm_stock_context *ctx);

#endif
