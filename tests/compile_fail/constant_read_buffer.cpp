// expect: (no viable conversion|could not convert|cannot convert|no matching)
#include <tlspp/tlspp.hpp>

#include <array>

tlspp::result<std::size_t> read(tlspp::connection& connection) {
#ifdef TLSPP_CONTROL
    std::array<char, 8> buffer{};
#else
    std::array<char, 8> const buffer{};
#endif
    return connection.read_some(buffer);
}
