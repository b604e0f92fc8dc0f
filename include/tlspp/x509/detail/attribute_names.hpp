// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

struct attribute_names {
    std::string_view oid;
    std::string_view brief;
    std::string_view full;
};

/// The attribute types that OpenSSL, and so Python, has names for, as far as certificates use them.
inline constexpr attribute_names known_attributes[] = {
    {{"\x55\x04\x03", 3}, "CN", "commonName"},
    {{"\x55\x04\x04", 3}, "SN", "surname"},
    {{"\x55\x04\x05", 3}, "", "serialNumber"},
    {{"\x55\x04\x06", 3}, "C", "countryName"},
    {{"\x55\x04\x07", 3}, "L", "localityName"},
    {{"\x55\x04\x08", 3}, "ST", "stateOrProvinceName"},
    {{"\x55\x04\x09", 3}, "street", "streetAddress"},
    {{"\x55\x04\x0A", 3}, "O", "organizationName"},
    {{"\x55\x04\x0B", 3}, "OU", "organizationalUnitName"},
    {{"\x55\x04\x0C", 3}, "", "title"},
    {{"\x55\x04\x0D", 3}, "", "description"},
    {{"\x55\x04\x0F", 3}, "", "businessCategory"},
    {{"\x55\x04\x11", 3}, "", "postalCode"},
    {{"\x55\x04\x12", 3}, "", "postOfficeBox"},
    {{"\x55\x04\x14", 3}, "", "telephoneNumber"},
    {{"\x55\x04\x29", 3}, "", "name"},
    {{"\x55\x04\x2A", 3}, "GN", "givenName"},
    {{"\x55\x04\x2B", 3}, "", "initials"},
    {{"\x55\x04\x2C", 3}, "", "generationQualifier"},
    {{"\x55\x04\x2D", 3}, "", "x500UniqueIdentifier"},
    {{"\x55\x04\x2E", 3}, "", "dnQualifier"},
    {{"\x55\x04\x41", 3}, "", "pseudonym"},
    {{"\x55\x04\x61", 3}, "", "organizationIdentifier"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01", 9}, "", "emailAddress"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x02", 9}, "", "unstructuredName"},
    {{"\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x01", 10}, "UID", "userId"},
    {{"\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x19", 10}, "DC", "domainComponent"},
    {{"\x2B\x06\x01\x04\x01\x82\x37\x3C\x02\x01\x01", 11}, "jurisdictionL", "jurisdictionLocalityName"},
    {{"\x2B\x06\x01\x04\x01\x82\x37\x3C\x02\x01\x02", 11}, "jurisdictionST", "jurisdictionStateOrProvinceName"},
    {{"\x2B\x06\x01\x04\x01\x82\x37\x3C\x02\x01\x03", 11}, "jurisdictionC", "jurisdictionCountryName"},
};

constexpr attribute_names attribute_names_of(std::string_view oid) noexcept {
    for (const attribute_names& known : known_attributes) {
        if (known.oid == oid) {
            return known;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::detail
