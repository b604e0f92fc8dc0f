// expect: this is no host name and no IP address
#include <tlspp/tlspp.hpp>

#ifdef TLSPP_CONTROL
#define NAME "broker.example"
#else
#define NAME "broker example"
#endif

auto wrap(const tlspp::client_context& context, tlspp::memory_transport link) {
    return context.wrap(std::move(link), tlspp::known_name<NAME>);
}
