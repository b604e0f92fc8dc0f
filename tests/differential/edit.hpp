// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/dev.hpp>

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

/// Changes single parts of a certificate that is about to be signed.
namespace differential {
using namespace tlspp;
using octets = std::vector<std::byte>;

inline octets octets_of(std::string_view text) {
    auto const* p = reinterpret_cast<const std::byte*>(text.data());
    return {p, p + text.size()};
}

template <class... Parts>
octets der(unsigned char tag, const Parts&... parts) {
    return detail::dev_ca::der(tag, parts...);
}

/// The elements that stand in a constructed one, each with its tag and length.
inline std::vector<octets> split(bytes constructed) {
    std::vector<octets> out;
    detail::der_element outer;
    detail::der_reader(constructed).next(outer);
    detail::der_reader all(outer.content);
    for (detail::der_element e; all.next(e);) {
        out.emplace_back(e.whole.begin(), e.whole.end());
    }
    return out;
}
inline octets join(unsigned char tag, const std::vector<octets>& elements) {
    octets all;
    for (auto const& one : elements) {
        all.insert(all.end(), one.begin(), one.end());
    }
    return der(tag, all);
}

/// The fields of a TBSCertificate of version 3.
enum class field : std::size_t { version, serial, algorithm, issuer, validity, subject, key, extensions };

/// Replaces one field by what the function makes of it.
inline dev::tamper_function edit(field which, std::function<octets(octets)> change) {
    return [which, change = std::move(change)](octets& tbs) {
        auto fields = split(tbs);
        auto& one = fields.at(static_cast<std::size_t>(which));
        one = change(std::move(one));
        tbs = join(detail::der_tag::sequence, fields);
    };
}
inline dev::tamper_function replace(field which, octets with) {
    return edit(which, [with = std::move(with)](const octets&) { return with; });
}

/// Changes the list of extensions, each of which is a SEQUENCE.
inline dev::tamper_function edit_extensions(std::function<void(std::vector<octets>&)> change) {
    return edit(field::extensions, [change = std::move(change)](const octets& whole) {
        auto list = split(split(whole).at(0));
        change(list);
        return der(detail::der_tag::constructed_context(3), join(detail::der_tag::sequence, list));
    });
}
/// Once more the extension of this type, with the same content.
inline dev::tamper_function duplicate_extension(std::string_view type) {
    return edit_extensions([type](std::vector<octets>& list) {
        for (std::size_t i = 0; i != list.size(); ++i) {
            detail::der_element id;
            auto inside = detail::der_reader(bytes(list[i])).enter(detail::der_tag::sequence);
            if (inside.next(id) && id.content.text() == type) {
                list.push_back(octets(list[i]));
                return;
            }
        }
    });
}

/// The first `from` that stands in the bytes becomes `to`, of the same length.
inline octets exchanged(octets whole, std::string_view from, std::string_view to) {
    auto const at = bytes(whole).text().find(from);
    for (std::size_t i = 0; at != std::string_view::npos && i != to.size(); ++i) {
        whole[at + i] = static_cast<std::byte>(to[i]);
    }
    return whole;
}
} // namespace differential
