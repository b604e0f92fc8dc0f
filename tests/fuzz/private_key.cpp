// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/x509/private_key.hpp>

namespace {
/// True where an INTEGER above 10,000 stands somewhere in the DER: the owner of an encrypted key says how often its
/// password is hashed, and that may take as long as they like.
bool takes_long(tlspp::bytes der, int depth = 0) {
    tlspp::detail::der_reader all(der);
    for (tlspp::detail::der_element e; all.next(e);) {
        bool const constructed = (e.tag & 0x20U) != 0;
        bool const large = e.content.size() > 2 || (e.content.size() == 2 && *e.content.uchars() > 0x27);
        if ((e.tag == tlspp::detail::der_tag::integer && large) ||
            (constructed && depth < 12 && takes_long(e.content, depth + 1))) {
            return true;
        }
    }
    return false;
}

bool encrypted_and_slow(tlspp::bytes data) {
    using tlspp::detail::der_tag;
    tlspp::detail::der_reader outer(data);
    if (outer.enter(der_tag::sequence).peek() == der_tag::sequence && takes_long(data)) {
        return true;
    }
    tlspp::detail::pem_cursor blocks(data);
    for (tlspp::detail::pem_block block; blocks.next(block);) {
        std::string der(tlspp::detail::decoded_size(block), '\0');
        der.resize(tlspp::detail::decode(block, reinterpret_cast<unsigned char*>(der.data()), der.size()));
        if (block.label.starts_with("ENCRYPTED") && takes_long(der)) {
            return true;
        }
    }
    return false;
}
} // namespace

/// A password, a line end, and a key in PEM or DER.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    std::string_view const input(reinterpret_cast<const char*>(data), size);
    auto const password = input.substr(0, input.find('\n'));
    auto const rest = password.size() == input.size() ? std::string_view() : input.substr(password.size() + 1);
    if (encrypted_and_slow(rest)) {
        return 0;
    }
    auto const key = private_key::parse(rest, password);
    if (!key) {
        touch(key.error());
        return 0;
    }
    require(*key && key->native_handle() != nullptr, "a key that was read is there");
    require(mbedtls_pk_get_bitlen(key->native_handle()) != 0, "a key that was read has a size");
    return 0;
}
