// expect: (no matching function|invalid initialization|no known conversion)
#include <tlspp/tlspp.hpp>

#ifdef TLSPP_CONTROL
using context = tlspp::server_context;
#else
using context = tlspp::client_context;
#endif

tlspp::result<tlspp::stream<tlspp::bsd_socket>> next(const context& c, tlspp::bsd_listener& listener) {
    return tlspp::accept(c, listener);
}
