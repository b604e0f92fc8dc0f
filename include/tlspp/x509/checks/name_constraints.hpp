// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/checks/subtrees.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.10, §6.1.3(b, c), §6.1.4(g): every name of every certificate below a CA lies within what the CA may
/// certify, be the extension critical or not, in an intermediate or in the anchor. Whatever cannot be understood (a
/// malformed constraint, a malformed name under a constraint, an otherName under a constraint on otherNames) refuses
/// the chain. Self-issued intermediates are exempt, the peer's own certificate never is. Mbed TLS looks at none of it.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \cond
struct name_constraints {
    bytes permitted; ///< GeneralSubtrees without their tag
    bytes excluded;
};

/// Nothing where it is malformed or empty, which §4.2.1.10 forbids.
inline std::optional<name_constraints> read_name_constraints(bytes value) noexcept {
    detail::der_element list;
    detail::der_element part;
    if (!detail::der_reader(value).expect(detail::der_tag::sequence, list) || list.whole.size() != value.size()) {
        return std::nullopt;
    }
    detail::der_reader parts(list.content);
    name_constraints out;
    if (parts.optional(detail::der_tag::constructed_context(0), part)) {
        out.permitted = part.content;
        if (part.content.empty()) {
            return std::nullopt;
        }
    }
    if (parts.optional(detail::der_tag::constructed_context(1), part)) {
        out.excluded = part.content;
        if (part.content.empty()) {
            return std::nullopt;
        }
    }
    if (!parts.at_end() || parts.failed() || (out.permitted.empty() && out.excluded.empty())) {
        return std::nullopt;
    }
    return out;
}

/// The bases of GeneralSubtrees. `minimum` has to be 0 and `maximum` absent, so that nothing may follow the base but an
/// explicit 0.
class subtree_cursor {
public:
    explicit subtree_cursor(bytes subtrees) noexcept : list_(subtrees) {}

    bool next(general_name& out) noexcept {
        detail::der_element tree;
        if (list_.at_end()) {
            return false;
        }
        if (!list_.expect(detail::der_tag::sequence, tree)) {
            malformed_ = true;
            return false;
        }
        detail::der_reader fields(tree.content);
        detail::der_element base;
        detail::der_element minimum;
        bool good = fields.next(base) && general_name_cursor(base.whole).next(out);
        if (fields.optional(detail::der_tag::context(0), minimum)) {
            good = good && minimum.content.size() == 1 && *minimum.content.uchars() == 0;
        }
        malformed_ = !good || !fields.at_end() || fields.failed();
        return !malformed_;
    }
    bool malformed() const noexcept { return malformed_; }

private:
    detail::der_reader list_;
    bool malformed_ = false;
};

/// A constraint that could not be compared with any name is refused before there is one.
inline bool is_sound(const general_name& tree) noexcept {
    switch (tree.kind()) {
    case general_name_kind::dns:
        return dns_in("a.example", tree.text()) != containment::unclear;
    case general_name_kind::email:
        return email_in("a@a.example", tree.text()) != containment::unclear;
    case general_name_kind::uri:
        return uri_in("a://a.example", tree.text()) != containment::unclear;
    case general_name_kind::ip:
        return address_in(bytes("\0\0\0\0", 4), tree.value()) != containment::unclear;
    default:
        return true;
    }
}
inline bool are_sound(const name_constraints& limits) noexcept {
    for (bytes list : {limits.permitted, limits.excluded}) {
        subtree_cursor trees(list);
        for (general_name tree; trees.next(tree);) {
            if (!is_sound(tree)) {
                return false;
            }
        }
        if (trees.malformed()) {
            return false;
        }
    }
    return true;
}

/// What comparing may cost in all: hundreds of names under hundreds of constraints are an attack.
inline constexpr std::size_t most_comparisons = 250'000;

inline bool is_allowed(const general_name& name, const name_constraints& limits, std::size_t& budget) noexcept {
    bool limited = false;
    bool permitted = false;
    subtree_cursor allowed(limits.permitted);
    for (general_name tree; allowed.next(tree);) {
        if (budget == 0 || --budget == 0) {
            return false;
        }
        if (tree.kind() == name.kind()) {
            limited = true;
            auto const where = contained_in(name, tree);
            if (where == containment::unclear) {
                return false;
            }
            permitted = permitted || where == containment::inside;
        }
    }
    subtree_cursor forbidden(limits.excluded);
    for (general_name tree; forbidden.next(tree);) {
        if (budget == 0 || --budget == 0 ||
            (tree.kind() == name.kind() && contained_in(name, tree) != containment::outside)) {
            return false;
        }
    }
    return permitted || !limited;
}

inline bool names_are_allowed(const mbedtls_x509_crt& crt, const name_constraints& limits,
                              std::size_t& budget) noexcept {
    distinguished_name const subject(detail::bytes_of(crt.subject_raw));
    if (!subject.empty() && !is_allowed(general_name(general_name_kind::directory, subject.der()), limits, budget)) {
        return false;
    }
    for (const attribute& a : subject) {
        if (a.type == oids::email_address &&
            !is_allowed(general_name(general_name_kind::email, a.value), limits, budget)) {
            return false;
        }
    }
    auto const names = find_extension(crt, oids::subject_alt_name);
    if (!names) {
        return true;
    }
    detail::der_element list;
    if (!detail::der_reader(names->value).expect(detail::der_tag::sequence, list)) {
        return false;
    }
    general_name_cursor all(list.content);
    for (general_name name; all.next(name);) {
        if (!is_allowed(name, limits, budget)) {
            return false;
        }
    }
    return !all.failed(); // names behind one of an unknown kind were not compared
}
/// \endcond

inline verify_flags check_name_constraints(const chain_view& chain) noexcept {
    std::size_t budget = most_comparisons;
    for (std::size_t i = 0; i < chain.size; ++i) {
        auto const extension = find_extension(chain[i], oids::name_constraints);
        if (!extension) {
            continue;
        }
        auto const limits = read_name_constraints(extension->value);
        // the extension is for CA certificates only
        if (!limits || !are_sound(*limits) || mbedtls_x509_crt_get_ca_istrue(&chain[i]) != 1) {
            return verify_flag::name_constraints;
        }
        for (std::size_t below = 0; below < i; ++below) {
            bool const exempt = below != 0 && is_self_issued(chain[below]);
            if (!exempt && !names_are_allowed(chain[below], *limits, budget)) {
                return verify_flag::name_constraints;
            }
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
