// expect: signing by a callback needs TLS 1.2 and, in the Mbed TLS configuration, MBEDTLS_SSL_ASYNC_PRIVATE
#include <mbedtls/build_info.h>
#ifndef TLSPP_CONTROL
#undef MBEDTLS_SSL_ASYNC_PRIVATE
#undef MBEDTLS_PK_RSA_ALT_SUPPORT
#elif !defined(MBEDTLS_SSL_ASYNC_PRIVATE) && !defined(MBEDTLS_PK_RSA_ALT_SUPPORT)
#define MBEDTLS_SSL_ASYNC_PRIVATE
#endif
#include <tlspp/tlspp.hpp>

tlspp::result<tlspp::identity> make(tlspp::bytes certificates, tlspp::signer sign) {
    return tlspp::identity::from_signer(certificates, std::move(sign));
}
