// expect: (no matching (member )?function|constraints not satisfied)
#include <tlspp/tlspp.hpp>

tlspp::result<tlspp::engine> open(const tlspp::client_context& context) {
#ifdef TLSPP_CONTROL
    return context.wrap(tlspp::memory_transport{}, "example.org");
#else
    return context.wrap(tlspp::memory_transport{});
#endif
}
