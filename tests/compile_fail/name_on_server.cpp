// expect: (no matching (member )?function|constraints not satisfied)
#include <tlspp/tlspp.hpp>

tlspp::result<tlspp::engine> open(const tlspp::server_context& context) {
#ifdef TLSPP_CONTROL
    return context.wrap(tlspp::memory_transport{});
#else
    return context.wrap(tlspp::memory_transport{}, "example.org");
#endif
}
