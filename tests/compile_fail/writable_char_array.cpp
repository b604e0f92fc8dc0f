// expect: (deleted|no viable conversion|could not convert)
#include <tlspp/tlspp.hpp>

tlspp::result<void> greet(tlspp::connection& connection) {
#ifdef TLSPP_CONTROL
    const char text[16] = "hello";
#else
    char text[16] = "hello";
#endif
    return connection.write_all(text);
}
