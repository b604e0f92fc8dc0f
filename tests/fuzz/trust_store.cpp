// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/x509/trust_store.hpp>

#include <vector>

/// A bundle, as PEM text, as one certificate, and as a table of certificates in DER; and the lenient way, as it is read
/// for the system's store.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    bytes const input(data, size);
    auto const look = [](const result<trust_store>& store) {
        if (!store) {
            touch(store.error());
            return;
        }
        require(store->size() != 0, "a store that was made has an anchor");
        require(store->size() <= store->parsed(), "no more anchors than certificates");
        std::size_t count = 0;
        for (const mbedtls_x509_crt* crt = store->native_handle(); crt != nullptr; crt = crt->next) {
            auto const one = certificate::from_native(*crt);
            require(one.has_value(), "every anchor can be had as a certificate");
            touch(one->der());
            ++count;
        }
        require(count == store->size(), "the store counts its anchors");
    };
    look(trust_store::from_pem(input));
    look(trust_store::from_der(input));

    std::vector<std::span<const unsigned char>> table;
    for (bytes rest = input; !rest.empty() && table.size() != 8;) {
        std::size_t const one = tlspp::detail::der_object_size(rest);
        bytes const der = rest.first(one == 0 ? rest.size() : one);
        table.emplace_back(der.uchars(), der.size());
        rest = rest.without_first(der.size());
    }
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    look(trust_store::bundle(table));
#endif
    look(trust_store::bundle_parsed(table));

    tlspp::detail::anchors lenient;
    if (auto const read = lenient.add(input); read) {
        auto const counts = lenient.count();
        require(counts.distinct <= counts.parsed, "no more anchors than certificates");
        require(counts.first_error.has_value() == (counts.skipped != 0), "what is skipped has a reason");
    }
    return 0;
}
