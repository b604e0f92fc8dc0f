// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/dev.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Keys and helpers of the X.509 tests. Encrypted keys cannot be written with Mbed TLS: these were made with openssl.
namespace samples {

inline constexpr std::string_view ec_key = R"(-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIK66NMtuhLjoKUgmJ3/36iqiaKZnOIU0W0nsByPDMe0RoAoGCCqGSM49
AwEHoUQDQgAEjdjyRU6FEszrPdGMoDsdBz5l9zz30DDFgo4OELi2tNsvLqhBnwvm
mQuXefb+qYUU4/HXCA+Tmh23GRBvt4EffQ==
-----END EC PRIVATE KEY-----
)";

/// The same key in PBES2 with AES-256; the password is "secret".
inline constexpr std::string_view encrypted_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg9SuA5l44K0wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFC3m8tlKXjKJChCkknotYEEgZBW
EQO7oS3p5HUFHgjNdlt3w4OQOqcj3GG6N3Wpnfc3+dN1cLpJbyinWgSUE1wax2JR
NiPZEaOvIo3G6PiF9QnUE/HPzHsM2thfx4Jn9rURH50f+skcVE8uNTo/BJ91/HiG
yOdB0Z+p4dyob1cZOqFs6yH7uqw2vCFRBN0ds+L5cJHyZQZ1+AnqK/nhigXorwA=
-----END ENCRYPTED PRIVATE KEY-----
)";

/// The same key, its password stretched by scrypt, which Mbed TLS does not have.
inline constexpr std::string_view scrypt_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAgq588dZ0yDyAICBAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBAzLB/sPeC43GghG9AuL9KiBIGQjR5/FVBZscdx
EySNo+BDpN0R5v+FFibWCKHgYgCvWlIPNpuiwRFLKDZ3Pbdr3RADv0fhthkLQmP/
aAfjYOzwjuANYxE/SHzPzlSo6bPHSgBo+Qg7P0/0RmdHFAqnTESTCVdI7AXWg5nR
v1qHmfsH2apoIu1qudkSZcfAlLc3TFeWVwdi+7mDjw2BzhUpaHb8
-----END ENCRYPTED PRIVATE KEY-----
)";

/// An Ed25519 key, which Mbed TLS does not know.
inline constexpr std::string_view ed25519_key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBYwNoYIZG48/eCVDastQJcVjqwcXS22vLIMKVo8iqkq
-----END PRIVATE KEY-----
)";

/// The bytes of the first PEM block of a text.
inline std::string der_of(std::string_view pem) {
    tlspp::detail::pem_cursor blocks(pem);
    tlspp::detail::pem_block block;
    while (blocks.next(block) && block.label == "EC PARAMETERS") {
    }
    std::string out(tlspp::detail::decoded_size(block), '\0');
    out.resize(tlspp::detail::decode(block, reinterpret_cast<unsigned char*>(out.data()), out.size()));
    return out;
}

/// One authority for all tests of a program: keys take time.
inline const tlspp::dev::authority& ca() {
    static const auto made = tlspp::or_throw(tlspp::dev::authority::create({.common_name = "Test CA"}));
    return made;
}

/// The certificate of what `issue` gives.
inline tlspp::certificate issue(const tlspp::dev::certificate_options& options,
                                const tlspp::dev::authority& issuer = ca()) {
    return tlspp::or_throw(tlspp::certificate::from_pem(tlspp::or_throw(issuer.issue_pem(options)).certificate_pem));
}
inline std::string hex(tlspp::bytes data) {
    std::string out;
    for (std::byte b : data) {
        out += "0123456789abcdef"[static_cast<unsigned>(b) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned>(b) & 15U];
    }
    return out;
}
/// A row of a table for `trust_store::bundle`.
inline std::span<const unsigned char> row(tlspp::bytes der) { return {der.uchars(), der.size()}; }
inline std::vector<std::byte> octets(std::string_view text) {
    auto const* p = reinterpret_cast<const std::byte*>(text.data());
    return {p, p + text.size()};
}
} // namespace samples
