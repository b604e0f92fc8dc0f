// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/server_name.hpp>
#include <tlspp/x509/checks/name.hpp>

/// A name, a line end, and a certificate: the name is parsed, and compared with the one the certificate is for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    std::string_view const input(reinterpret_cast<const char*>(data), size);
    auto const line = input.substr(0, input.find('\n'));
    auto const rest = line.size() == input.size() ? std::string_view() : input.substr(line.size() + 1);

    auto const name = server_name::parse(line);
    if (!name) {
        require(name.error() == errc::invalid_name, "a bad name is errc::invalid_name");
        touch(name.error());
    } else {
        touch(name->text());
        touch(bytes(name->address().data(), name->address().size()));
        auto const again = server_name::parse(name->text());
        require(again && *again == *name && again->kind() == name->kind(), "a name parses again, and is the same");
        if (name->kind() == name_kind::ip) {
            auto const address = server_name::from_address(bytes(name->address().data(), name->address().size()));
            require(address && *address == *name, "an address is the same from its bytes");
            auto const written = server_name::parse(address->text());
            require(written && *written == *name, "and from the text that is written for it");
        }
    }

    auto const parsed = certificate::parse(rest);
    if (!parsed) {
        // The rest of the input as the presented name.
        if (name && name->kind() == name_kind::dns) {
            bool const same = x509::matches_dns(rest, name->text());
            bool const wildcard = rest.starts_with("*.");
            require(!same || wildcard || detail::equal_names(rest, name->text()),
                    "only equal names and wildcards match");
            require(!same || !wildcard ||
                        (rest.find('.', 2) != std::string_view::npos && rest.find('*', 1) == rest.npos),
                    "no wildcard on a single label, and no second one");
        }
        (void)x509::matches_dns(line, rest);
        (void)x509::matches_email(line, rest);
        return 0;
    }
    using kind = detail::peer_name::kind;
    auto const& native = *parsed->native_handle();
    require(x509::matches_name(native, {}), "any name matches where none is asked for");
    (void)x509::matches_name(native, {kind::email, line, {}});
    if (!name) {
        return 0;
    }
    if (x509::matches_name(native, detail::peer_name::of(*name))) {
        bool found = false;
        for (const x509::general_name& n : parsed->subject_alt_names()) {
            found = found || n.kind() == (name->kind() == name_kind::ip ? x509::general_name_kind::ip
                                                                        : x509::general_name_kind::dns);
        }
        require(found, "what matches has an entry of the name's own kind");
    }
    return 0;
}
