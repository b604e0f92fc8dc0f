// expect: (nodiscard|ignoring return value)
#include <tlspp/tlspp.hpp>

void greet(tlspp::connection& connection) {
#ifdef TLSPP_CONTROL
    (void)connection.write_all("hello");
#else
    connection.write_all("hello");
#endif
}
