// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/name.hpp>

#include <cstddef>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §7.1: when two distinguished names are the same, and when one lies below another.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \cond
/// Walks over the characters of a string as §7.1 compares them: ASCII letters in lower case, white space at the ends
/// left out, and within reduced to one space.
class folded_text {
public:
    explicit folded_text(std::string_view text) noexcept : rest_(text) { trim(); }

    /// -1 at the end.
    int next() noexcept {
        if (rest_.empty()) {
            return -1;
        }
        char const c = rest_.front();
        rest_.remove_prefix(1);
        if (c == ' ') {
            trim();
            return rest_.empty() ? -1 : ' ';
        }
        return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }

private:
    void trim() noexcept {
        while (!rest_.empty() && rest_.front() == ' ') {
            rest_.remove_prefix(1);
        }
    }
    std::string_view rest_;
};

inline bool same_value(const attribute& a, const attribute& b) noexcept {
    if (!(a.type == b.type)) {
        return false;
    }
    if (a.encoding == b.encoding && detail::same_bytes(a.value, b.value)) {
        return true;
    }
    auto const foldable = [](unsigned char encoding) noexcept {
        return encoding == detail::der_tag::utf8_string || encoding == detail::der_tag::printable_string ||
               encoding == detail::der_tag::ia5_string;
    };
    if (!foldable(a.encoding) || !foldable(b.encoding)) {
        return false;
    }
    folded_text left(a.value.text());
    folded_text right(b.value.text());
    for (;;) {
        int const c = left.next();
        if (c != right.next()) {
            return false;
        }
        if (c == -1) {
            return true;
        }
    }
}

/// Every attribute of one set has its equal in the other, and there are as many.
inline bool same_rdn(bytes left, bytes right) noexcept {
    detail::der_reader a(left);
    detail::der_element element;
    std::size_t count = 0;
    while (a.next(element)) {
        ++count;
        detail::der_reader pair(element.content);
        detail::der_element type;
        detail::der_element value;
        if (!pair.expect(detail::der_tag::oid, type) || !pair.next(value)) {
            return false;
        }
        attribute const one{oid(type.content), value.content, value.tag, false};
        detail::der_reader b(right);
        bool found = false;
        while (!found && b.next(element)) {
            detail::der_reader other(element.content);
            found = other.expect(detail::der_tag::oid, type) && other.next(value) &&
                    same_value(one, {oid(type.content), value.content, value.tag, false});
        }
        if (!found) {
            return false;
        }
    }
    detail::der_reader b(right);
    while (b.next(element)) {
        --count;
    }
    return count == 0;
}

/// How two names compare, RDN by RDN. Malformed ones are never the same.
inline bool names_agree(bytes parent, bytes child, bool whole) noexcept {
    detail::der_element p;
    detail::der_element c;
    detail::der_reader above(parent);
    detail::der_reader below(child);
    if (!above.expect(detail::der_tag::sequence, p) || !below.expect(detail::der_tag::sequence, c)) {
        return false;
    }
    above = detail::der_reader(p.content);
    below = detail::der_reader(c.content);
    while (!above.at_end()) {
        if (!above.expect(detail::der_tag::set, p) || !below.expect(detail::der_tag::set, c) ||
            !same_rdn(p.content, c.content)) {
            return false;
        }
    }
    return !whole || below.at_end();
}
/// \endcond

/// True where two Names in DER are the same.
inline bool same_name(bytes a, bytes b) noexcept { return detail::same_bytes(a, b) || names_agree(a, b, true); }

/// True where `name` begins with all that `parent` has: it lies in that subtree of the directory.
inline bool is_below(bytes parent, bytes name) noexcept { return names_agree(parent, name, false); }
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
