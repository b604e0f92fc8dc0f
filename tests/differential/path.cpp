// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

/// Validity, signatures, names of issuers, anchors; and the strength of keys and hashes.
namespace differential {
namespace {
using enum verdict;

void expire(dev::certificate_options& one) { one.not_after = today() - 2 * day; }
void postpone(dev::certificate_options& one) { one.not_before = today() + 2 * day; }

void expired_leaf(recipe& r, chooser&, key_ring&) { expire(r.leaf); }
void expired_intermediate(recipe& r, chooser& random, key_ring&) { expire(r.middle(random)); }
void expired_root(recipe& r, chooser&, key_ring&) { expire(r.root()); }
void future_leaf(recipe& r, chooser&, key_ring&) { postpone(r.leaf); }
void future_intermediate(recipe& r, chooser& random, key_ring&) { postpone(r.middle(random)); }
void backwards(recipe& r, chooser&, key_ring&) {
    r.leaf.not_before = today() + day;
    r.leaf.not_after = today() - day;
}

/// One bit of the signature's last octet.
void flip(octets& certificate) { certificate.back() ^= std::byte{1}; }
void bad_leaf_signature(recipe& r, chooser&, key_ring&) { r.leaf.tamper = flip; }
void bad_intermediate_signature(recipe& r, chooser& random, key_ring&) {
    std::size_t const which = random.between(1, r.authorities.size() - 1);
    r.arrange = [which](made_chain& chain) {
        auto const position = chain.authorities.size() - which; // the leaf is 0, the last authority 1
        auto const parsed = or_throw(certificate::from_pem(chain.sent.at(position)));
        octets der(parsed.der().begin(), parsed.der().end());
        flip(der);
        detail::dev_ca::failure_slot failure;
        chain.sent.at(position) = detail::dev_ca::to_pem("CERTIFICATE", der, failure);
    };
}
/// The name is changed after signing: same length, another host.
void changed_after_signing(recipe& r, chooser&, key_ring&) {
    auto const to = "evil" + r.name.substr(4);
    r.leaf.tamper = [from = r.name, to](octets& certificate) {
        auto const text = bytes(certificate).text();
        if (auto const at = text.rfind(from); at != std::string_view::npos) {
            for (std::size_t i = 0; i != to.size(); ++i) {
                certificate[at + i] = static_cast<std::byte>(to[i]);
            }
        }
    };
    r.name = to;
}
/// RFC 5280 §4.1.1.2: the algorithm inside and outside of what is signed must be the same.
void two_algorithms(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = edit(field::algorithm, [](octets whole) {
        whole = exchanged(whole, {"\xCE\x3D\x04\x03\x02", 5}, {"\xCE\x3D\x04\x03\x03", 5});
        whole = exchanged(whole, {"\xF7\x0D\x01\x01\x0B", 5}, {"\xF7\x0D\x01\x01\x0C", 5});
        return whole;
    });
    r.last().key_pem = or_throw(dev::authority::create()).own_credentials().key_pem; // P-256
}
/// Somebody else's authority with the right name.
void impostor(recipe& r, chooser&, key_ring& keys) {
    auto twin = r.last();
    twin.key_pem = keys.take();
    r.arrange = [twin, leaf = r.leaf](made_chain& chain) {
        auto const other = or_throw(dev::authority::create(twin));
        chain.sent.at(0) = certificates_of(or_throw(other.issue_pem(leaf)).certificate_pem).at(0);
    };
}
/// As above, without key identifiers to tell them apart.
void impostor_without_identifiers(recipe& r, chooser& random, key_ring& keys) {
    r.leaf.without_extensions = {"2.5.29.35"};
    for (auto& ca : r.authorities) {
        ca.without_extensions = {"2.5.29.14", "2.5.29.35"};
    }
    impostor(r, random, keys);
}
void wrong_issuer_name(recipe& r, chooser&, key_ring&) {
    r.leaf.tamper_before_signing = edit(field::issuer, [](octets whole) { return exchanged(whole, "Test", "Best"); });
}
void missing_intermediate(recipe& r, chooser& random, key_ring&) {
    std::size_t const which = random.between(1, r.authorities.size() - 1);
    r.arrange = [which](made_chain& chain) {
        chain.sent.erase(chain.sent.begin() + static_cast<std::ptrdiff_t>(which));
    };
}
void stranger_is_trusted(recipe& r, chooser& random, key_ring& keys) {
    auto other = plain_recipe(random, keys, 0);
    r.arrange = [other](made_chain& chain) { chain.anchors = make(other).anchors; };
}
void root_of_same_name(recipe& r, chooser&, key_ring& keys) {
    auto twin = r.root();
    twin.key_pem = keys.take();
    r.arrange = [twin](made_chain& chain) { chain.anchors = or_throw(dev::authority::create(twin)).certificate_pem(); };
}
void unknown_root_is_sent(recipe& r, chooser& random, key_ring& keys) {
    auto other = plain_recipe(random, keys, 0);
    r.arrange = [other](made_chain& chain) {
        chain.sent.push_back(chain.anchors);
        chain.anchors = make(other).anchors;
    };
}
void self_signed_leaf(recipe& r, chooser& random, key_ring& keys) {
    auto alone = r.leaf;
    alone.is_ca = random.one_in(2);
    alone.key_pem = keys.take();
    alone.key_usage = dev::usage::digital_signature | dev::usage::key_encipherment;
    r.arrange = [alone](made_chain& chain) {
        auto const made = or_throw(dev::authority::create(alone)).own_credentials();
        chain.sent.at(0) = made.certificate_pem;
        chain.key = made.key_pem;
    };
}
/// The peer's certificate is signed by itself, and trusted as it is.
void trusted_leaf(recipe& r, chooser& random, key_ring& keys) {
    self_signed_leaf(r, random, keys);
    r.arrange = [inner = r.arrange](made_chain& chain) {
        inner(chain);
        chain.anchors = chain.sent.at(0);
    };
}
/// An intermediate is trusted, its root is not known.
void trusted_intermediate(recipe& r, chooser&, key_ring&) {
    r.arrange = [](made_chain& chain) { chain.anchors = chain.authorities.back().certificate_pem(); };
}
void long_chain(recipe&, chooser&, key_ring&) {}

void weak_leaf_key(recipe& r, chooser&, key_ring& keys) { r.leaf.key_pem = keys.weak(); }
void weak_intermediate_key(recipe& r, chooser& random, key_ring& keys) { r.middle(random).key_pem = keys.weak(); }
void weak_root_key(recipe& r, chooser&, key_ring& keys) { r.root().key_pem = keys.weak(); }
void weak_leaf_hash(recipe& r, chooser&, key_ring&) { r.leaf.hash = dev::hash::insecure_sha1; }
void weak_intermediate_hash(recipe& r, chooser& random, key_ring&) { r.middle(random).hash = dev::hash::insecure_sha1; }
void weak_root_hash(recipe& r, chooser&, key_ring&) { r.root().hash = dev::hash::insecure_sha1; }

constexpr rule all[] = {
    {"leaf expired", "RFC 5280 §4.1.2.5", topic::validity, refuse, 0, 3, expired_leaf},
    {"intermediate expired", "RFC 5280 §4.1.2.5", topic::validity, refuse, 1, 3, expired_intermediate},
    {"root expired", "RFC 5280 §6.1.1(d)", topic::validity, open, 0, 2, expired_root},
    {"leaf not valid yet", "RFC 5280 §4.1.2.5", topic::validity, refuse, 0, 3, future_leaf},
    {"intermediate not valid yet", "RFC 5280 §4.1.2.5", topic::validity, refuse, 1, 3, future_intermediate},
    {"notAfter before notBefore", "RFC 5280 §4.1.2.5", topic::validity, refuse, 0, 2, backwards},
    {"leaf's signature broken", "RFC 5280 §6.1.3(a)(1)", topic::path, refuse, 0, 3, bad_leaf_signature},
    {"intermediate's signature broken", "RFC 5280 §6.1.3(a)(1)", topic::path, refuse, 1, 3, bad_intermediate_signature},
    {"changed after signing", "RFC 5280 §6.1.3(a)(1)", topic::path, refuse, 0, 2, changed_after_signing},
    {"two signature algorithms", "RFC 5280 §4.1.1.2", topic::form, refuse, 0, 2, two_algorithms},
    {"issuer's name with another key", "RFC 5280 §6.1.3(a)(1)", topic::path, refuse, 0, 2, impostor},
    {"the same without key identifiers", "RFC 5280 §6.1.3(a)(1)", topic::path, refuse, 0, 2,
     impostor_without_identifiers},
    {"another issuer's name", "RFC 5280 §6.1.3(a)(4)", topic::path, refuse, 0, 2, wrong_issuer_name},
    {"an intermediate is missing", "RFC 5280 §6.1", topic::path, refuse, 1, 3, missing_intermediate},
    {"another root is trusted", "RFC 5280 §6.1.1(d)", topic::path, refuse, 0, 2, stranger_is_trusted},
    {"a root of the same name is trusted", "RFC 5280 §6.1.1(d)", topic::path, refuse, 0, 2, root_of_same_name},
    {"the root comes from the peer", "RFC 5280 §6.1.1(d)", topic::path, refuse, 0, 2, unknown_root_is_sent},
    {"leaf signed by itself", "RFC 5280 §6.1", topic::path, refuse, 0, 1, self_signed_leaf},
    {"leaf signed by itself, trusted", "RFC 5280 §6.1", topic::path, open, 0, 0, trusted_leaf},
    {"intermediate trusted without its root", "RFC 5280 §6.1.1(d)", topic::path, accept, 1, 2, trusted_intermediate},
    {"chain of 10 certificates", "RFC 5280 §6.1", topic::path, open, 8, 8, long_chain},
    {"chain of 14 certificates", "RFC 5280 §6.1", topic::path, open, 12, 12, long_chain},
    {"leaf with RSA-1024", "RFC 9325 §4.5", topic::strength, refuse, 0, 2, weak_leaf_key},
    {"intermediate with RSA-1024", "RFC 9325 §4.5", topic::strength, refuse, 1, 3, weak_intermediate_key},
    {"root with RSA-1024", "RFC 9325 §4.5", topic::strength, refuse, 0, 2, weak_root_key},
    {"leaf signed with SHA-1", "RFC 9325 §4.5", topic::strength, refuse, 0, 2, weak_leaf_hash},
    {"intermediate signed with SHA-1", "RFC 9325 §4.5", topic::strength, refuse, 1, 3, weak_intermediate_hash},
    {"root signed with SHA-1", "RFC 9325 §4.5", topic::strength, open, 0, 2, weak_root_hash},
};
} // namespace

std::span<const rule> path_rules() { return all; }
} // namespace differential
