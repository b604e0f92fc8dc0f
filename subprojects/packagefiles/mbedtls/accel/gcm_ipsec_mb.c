/* SPDX-License-Identifier: BSL-1.0 */

/* AES-GCM by Intel's ipsec-mb, for MBEDTLS_GCM_ALT. What TLS does, a whole record at once with a nonce of 12 bytes,
 * goes to that library; everything else to the GCM that comes with Mbed TLS: messages in parts, other nonces, other
 * block ciphers, overlapping buffers, and CPUs without AES-NI and PCLMULQDQ. */
#include "common.h"

#include "mbedtls/constant_time.h"
#include "mbedtls/error.h"
#include "mbedtls/gcm.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"

#include "gcm_stock.h"

#include <intel-ipsec-mb.h>

#include <stdint.h>
#include <string.h>

struct gcm_fast_key {
    aes_gcm_enc_dec_t encrypt;
    aes_gcm_enc_dec_t decrypt;
    struct gcm_key_data *schedule; /* in `memory`, on a boundary of 64 bytes */
    unsigned char memory[sizeof(struct gcm_key_data) + 63];
};

/* The functions for this CPU; null where it lacks what they need. Set before main, and never changed: the functions
 * for GCM read nothing else of it. */
static IMB_MGR *functions;

__attribute__((constructor)) static void choose_functions(void)
{
    uint64_t const needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
    IMB_MGR *made = alloc_mb_mgr(0);

    if (made == NULL) {
        return;
    }
    if ((made->features & needed) != needed) {
        free_mb_mgr(made);
        return;
    }
    init_mb_mgr_auto(made, NULL);
    functions = made;
}

void mbedtls_gcm_init(mbedtls_gcm_context *ctx)
{
    memset(ctx, 0, sizeof(*ctx));
}

static int set_fast_key(mbedtls_gcm_context *ctx, const unsigned char *key, unsigned int keybits)
{
    struct gcm_fast_key *fast = mbedtls_calloc(1, sizeof(*fast));

    if (fast == NULL) {
        return MBEDTLS_ERR_CIPHER_ALLOC_FAILED;
    }
    fast->schedule = (struct gcm_key_data *) (fast->memory + (64 - (uintptr_t) fast->memory % 64) % 64);
    switch (keybits) {
        case 128:
            fast->encrypt = functions->gcm128_enc;
            fast->decrypt = functions->gcm128_dec;
            functions->gcm128_pre(key, fast->schedule);
            break;
        case 192:
            fast->encrypt = functions->gcm192_enc;
            fast->decrypt = functions->gcm192_dec;
            functions->gcm192_pre(key, fast->schedule);
            break;
        default:
            fast->encrypt = functions->gcm256_enc;
            fast->decrypt = functions->gcm256_dec;
            functions->gcm256_pre(key, fast->schedule);
            break;
    }
    ctx->fast = fast;
    return 0;
}

int mbedtls_gcm_setkey(mbedtls_gcm_context *ctx, mbedtls_cipher_id_t cipher, const unsigned char *key,
                       unsigned int keybits)
{
    int ret;

    mbedtls_zeroize_and_free(ctx->fast, sizeof(*ctx->fast));
    ctx->fast = NULL;
    if (ctx->stock == NULL) {
        ctx->stock = mbedtls_calloc(1, gcm_stock_size());
        if (ctx->stock == NULL) {
            return MBEDTLS_ERR_CIPHER_ALLOC_FAILED;
        }
        gcm_stock_init(ctx->stock);
    }
    ret = gcm_stock_setkey(ctx->stock, cipher, key, keybits);
    if (ret == 0 && cipher == MBEDTLS_CIPHER_ID_AES && functions != NULL) {
        ret = set_fast_key(ctx, key, keybits);
    }
    return ret;
}

/* What ipsec-mb takes: the same buffer or two that have nothing in common; arguments that need no check. */
static int is_usual(const mbedtls_gcm_context *ctx, size_t length, size_t iv_len, size_t add_len,
                    const unsigned char *input, const unsigned char *output, size_t tag_len)
{
    uintptr_t const in = (uintptr_t) input;
    uintptr_t const out = (uintptr_t) output;

    return ctx->fast != NULL && iv_len == 12 && tag_len >= 4 && tag_len <= 16 && add_len < UINT32_MAX &&
           length < UINT32_MAX && (in == out || (in < out ? out - in : in - out) >= length);
}

/* The tag has 16 bytes. */
static void run(aes_gcm_enc_dec_t function, const struct gcm_fast_key *key, size_t length, const unsigned char *iv,
                const unsigned char *add, size_t add_len, const unsigned char *input, unsigned char *output,
                unsigned char tag[16])
{
    struct gcm_context_data state;

    function(key->schedule, &state, output, input, length, iv, add, add_len, tag, 16);
    mbedtls_platform_zeroize(&state, sizeof(state));
}

int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context *ctx, int mode, size_t length, const unsigned char *iv, size_t iv_len,
                              const unsigned char *add, size_t add_len, const unsigned char *input,
                              unsigned char *output, size_t tag_len, unsigned char *tag)
{
    unsigned char whole_tag[16];

    if (ctx->stock == NULL) {
        return MBEDTLS_ERR_GCM_BAD_INPUT;
    }
    if (!is_usual(ctx, length, iv_len, add_len, input, output, tag_len)) {
        return gcm_stock_crypt_and_tag(ctx->stock, mode, length, iv, iv_len, add, add_len, input, output, tag_len, tag);
    }
    run(mode == MBEDTLS_GCM_ENCRYPT ? ctx->fast->encrypt : ctx->fast->decrypt, ctx->fast, length, iv, add, add_len,
        input, output, whole_tag);
    memcpy(tag, whole_tag, tag_len);
    mbedtls_platform_zeroize(whole_tag, sizeof(whole_tag));
    return 0;
}

int mbedtls_gcm_auth_decrypt(mbedtls_gcm_context *ctx, size_t length, const unsigned char *iv, size_t iv_len,
                             const unsigned char *add, size_t add_len, const unsigned char *tag, size_t tag_len,
                             const unsigned char *input, unsigned char *output)
{
    unsigned char right_tag[16];
    int difference;

    if (ctx->stock == NULL) {
        return MBEDTLS_ERR_GCM_BAD_INPUT;
    }
    if (!is_usual(ctx, length, iv_len, add_len, input, output, tag_len)) {
        return gcm_stock_auth_decrypt(ctx->stock, length, iv, iv_len, add, add_len, tag, tag_len, input, output);
    }
    run(ctx->fast->decrypt, ctx->fast, length, iv, add, add_len, input, output, right_tag);
    difference = mbedtls_ct_memcmp(tag, right_tag, tag_len);
    mbedtls_platform_zeroize(right_tag, sizeof(right_tag));
    if (difference != 0) {
        mbedtls_platform_zeroize(output, length);
        return MBEDTLS_ERR_GCM_AUTH_FAILED;
    }
    return 0;
}

int mbedtls_gcm_starts(mbedtls_gcm_context *ctx, int mode, const unsigned char *iv, size_t iv_len)
{
    return ctx->stock == NULL ? MBEDTLS_ERR_GCM_BAD_INPUT : gcm_stock_starts(ctx->stock, mode, iv, iv_len);
}

int mbedtls_gcm_update_ad(mbedtls_gcm_context *ctx, const unsigned char *add, size_t add_len)
{
    return ctx->stock == NULL ? MBEDTLS_ERR_GCM_BAD_INPUT : gcm_stock_update_ad(ctx->stock, add, add_len);
}

int mbedtls_gcm_update(mbedtls_gcm_context *ctx, const unsigned char *input, size_t input_length,
                       unsigned char *output, size_t output_size, size_t *output_length)
{
    return ctx->stock == NULL
               ? MBEDTLS_ERR_GCM_BAD_INPUT
               : gcm_stock_update(ctx->stock, input, input_length, output, output_size, output_length);
}

int mbedtls_gcm_finish(mbedtls_gcm_context *ctx, unsigned char *output, size_t output_size, size_t *output_length,
                       unsigned char *tag, size_t tag_len)
{
    return ctx->stock == NULL ? MBEDTLS_ERR_GCM_BAD_INPUT
                              : gcm_stock_finish(ctx->stock, output, output_size, output_length, tag, tag_len);
}

void mbedtls_gcm_free(mbedtls_gcm_context *ctx)
{
    if (ctx == NULL) {
        return;
    }
    if (ctx->stock != NULL) {
        gcm_stock_free(ctx->stock);
        mbedtls_free(ctx->stock);
    }
    mbedtls_zeroize_and_free(ctx->fast, sizeof(*ctx->fast));
    memset(ctx, 0, sizeof(*ctx));
}
