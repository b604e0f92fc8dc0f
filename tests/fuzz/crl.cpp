// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/x509/crl_list.hpp>

namespace {
void touch_list(const tlspp::crl& list) {
    using namespace fuzz;
    touch(list.der());
    touch(list.tbs());
    touch_names(list.issuer());
    touch(time_to_string(list.this_update()));
    touch(time_to_string(list.next_update()));
    touch(list.number());
    touch(list.authority_key_identifier());
    sink = sink + static_cast<unsigned>(list.size());
    for (const mbedtls_x509_crl_entry* e = &list.native_handle()->entry; e != nullptr; e = e->next) {
        if (e->serial.p == nullptr) {
            continue;
        }
        auto const entry = list.find(tlspp::detail::bytes_of(e->serial));
        require(entry.has_value(), "every entry of a CRL is found by its serial number");
        touch(entry->serial_number);
        touch(time_to_string(entry->revoked_at));
        sink = sink + entry->code.value_or(0);
    }
}
} // namespace

/// One CRL in DER, the first of a PEM text, and all of one. A list that was taken has what it must have.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    bytes const input(data, size);
    for (auto const& parsed : {crl::from_der(input), crl::from_pem(input)}) {
        if (!parsed) {
            touch(parsed.error());
            continue;
        }
        require(!parsed->number().empty(), "a CRL has a number (RFC 5280 §5.2.3)");
        touch_list(*parsed);
        auto const again = crl::from_der(parsed->der());
        require(again && *again == *parsed, "what was parsed can be parsed again");
    }
    auto const all = crl_list::parse(input);
    if (!all) {
        touch(all.error());
        return 0;
    }
    for (const crl& one : *all) {
        touch_list(one);
    }
    return 0;
}
