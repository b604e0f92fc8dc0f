// expect: certificates need MBEDTLS_X509_CRT_PARSE_C in the Mbed TLS configuration
#include <mbedtls/build_info.h>
#ifndef TLSPP_CONTROL
#undef MBEDTLS_X509_CRT_PARSE_C
#undef MBEDTLS_X509_CRL_PARSE_C
#undef MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
#undef MBEDTLS_SSL_SERVER_NAME_INDICATION
#undef MBEDTLS_SSL_ASYNC_PRIVATE
#undef MBEDTLS_SSL_HANDSHAKE_WITH_CERT_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_DHE_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_ECDSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#endif
#include <tlspp/tlspp.hpp>

tlspp::result<tlspp::server_context> make(const tlspp::identity& site) {
    return tlspp::server_context::create({.identities = {site, site}});
}
