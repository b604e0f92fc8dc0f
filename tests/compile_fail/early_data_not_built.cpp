// expect: 0-RTT needs MBEDTLS_SSL_EARLY_DATA in the Mbed TLS configuration
#include <mbedtls/build_info.h>
#ifdef TLSPP_CONTROL
#define MBEDTLS_SSL_EARLY_DATA
#else
#undef MBEDTLS_SSL_EARLY_DATA
#endif
#include <tlspp/tlspp.hpp>

tlspp::result<std::size_t> send(tlspp::connection& conn) { return conn.write_early("GET / HTTP/1.0\r\n\r\n"); }
