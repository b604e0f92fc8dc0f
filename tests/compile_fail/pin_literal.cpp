// expect: literal_is_not_a_pin
// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/pin.hpp>

#if defined(TLSPP_CONTROL)
constexpr tlspp::spki_pin pin{"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
#else
constexpr tlspp::spki_pin pin{"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF="}; // one digit short
#endif
int main() { return static_cast<int>(pin.hash()[0]); }
