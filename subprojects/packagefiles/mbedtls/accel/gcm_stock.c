/* SPDX-License-Identifier: BSL-1.0 */
#include "common.h"
#undef MBEDTLS_GCM_ALT
#undef MBEDTLS_SELF_TEST /* the library's own gcm.c has it, for the functions that everybody calls */

#define mbedtls_gcm_context gcm_stock_context
#define mbedtls_gcm_init gcm_stock_init
#define mbedtls_gcm_setkey gcm_stock_setkey
#define mbedtls_gcm_crypt_and_tag gcm_stock_crypt_and_tag
#define mbedtls_gcm_auth_decrypt gcm_stock_auth_decrypt
#define mbedtls_gcm_starts gcm_stock_starts
#define mbedtls_gcm_update_ad gcm_stock_update_ad
#define mbedtls_gcm_update gcm_stock_update
#define mbedtls_gcm_finish gcm_stock_finish
#define mbedtls_gcm_free gcm_stock_free

#include "gcm.c"

#include "gcm_stock.h"

size_t gcm_stock_size(void)
{
    return sizeof(gcm_stock_context);
}
