// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "edit.hpp"

#include <ctime>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// How a chain is made, and what it is when it is made.
namespace differential {

/// Everything that is chosen comes from here: the same seed gives the same choices, on every machine. (What cannot be
/// repeated: keys and signatures.)
class chooser {
public:
    explicit chooser(std::uint64_t seed) : engine_(seed) {}

    /// From 0 to `limit` - 1.
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
    std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class List>
    auto const& of(const List& list) {
        return list[below(std::size(list))];
    }

private:
    std::mt19937_64 engine_;
};

/// Keys take time, RSA keys a second: some are made once, and used again in other chains, never twice in one.
class key_ring {
public:
    explicit key_ring(chooser& random) : random_(&random) {
        using enum dev::key_type;
        constexpr struct {
            dev::key_type type;
            int count;
        } wanted[] = {{ec_p256, 24}, {ec_p384, 4}, {ec_p521, 2}, {rsa_2048, 4}, {rsa_3072, 1}};
        for (auto const& [type, count] : wanted) {
            for (int i = 0; i != count; ++i) {
                good_.push_back(make(type));
            }
        }
        weak_ = make(insecure_rsa_1024);
    }

    /// One that `forget` has not seen being taken.
    std::string take() {
        for (;;) {
            std::size_t const i = random_->below(good_.size());
            if (!taken_.contains(i)) {
                taken_.insert(i);
                return good_[i];
            }
        }
    }
    const std::string& weak() const { return weak_; }
    void forget() { taken_.clear(); }

private:
    static std::string make(dev::key_type type) {
        return or_throw(dev::authority::create({.key_type = type})).own_credentials().key_pem;
    }
    chooser* random_;
    std::vector<std::string> good_;
    std::string weak_;
    std::set<std::size_t> taken_;
};

/// A chain that was made: PEM, one certificate each.
struct made_chain {
    std::vector<dev::authority> authorities; ///< as in the recipe
    std::vector<std::string> sent;           ///< the peer's own certificate, then the others as a server sends them
    std::string anchors;
    std::string key; ///< of the peer's own certificate
};

struct recipe {
    std::vector<dev::authority_options> authorities; ///< the root first, then each one below the one before
    dev::certificate_options leaf;
    std::string name; ///< host name or address that is asked for
    std::function<void(made_chain&)> arrange = {};

    dev::authority_options& root() { return authorities.front(); }
    /// The authority that issues the leaf: the root where there is no other.
    dev::authority_options& last() { return authorities.back(); }
    /// Some intermediate.
    dev::authority_options& middle(chooser& random) { return authorities[random.between(1, authorities.size() - 1)]; }
    /// Some authority, the root included.
    dev::authority_options& any(chooser& random) { return authorities[random.below(authorities.size())]; }
};

inline constexpr std::int64_t day = 86400;
inline std::int64_t today() {
    static const auto now = static_cast<std::int64_t>(std::time(nullptr));
    return now;
}

/// A good chain without anything unusual.
inline recipe plain_recipe(chooser& random, key_ring& keys, std::size_t intermediates) {
    keys.forget();
    recipe out;
    auto const hexadecimal = [&random] {
        std::string text;
        for (int i = 0; i != 6; ++i) {
            text += "0123456789ABCDEF"[random.below(16)];
        }
        return text;
    };
    for (std::size_t i = 0; i <= intermediates; ++i) {
        dev::authority_options ca;
        ca.common_name = (i == 0 ? "Root " : "Authority ") + hexadecimal();
        ca.organisation = "Test";
        ca.key_pem = keys.take();
        ca.not_before = today() - 900 * day;
        ca.not_after = today() + 900 * day;
        ca.serial = "4" + hexadecimal() + hexadecimal();
        out.authorities.push_back(ca);
    }
    out.name = "host" + std::to_string(random.below(1000)) + ".tenant.example";
    out.leaf.dns_names = {out.name};
    out.leaf.organisation = "Test";
    out.leaf.key_pem = keys.take();
    out.leaf.not_before = today() - 30 * day;
    out.leaf.not_after = today() + 60 * day;
    out.leaf.serial = "4" + hexadecimal() + hexadecimal();
    return out;
}

/// Adds what is allowed and leaves the chain good.
inline void decorate(recipe& r, chooser& random) {
    for (std::size_t i = 0; i != r.authorities.size(); ++i) {
        auto& ca = r.authorities[i];
        if (random.one_in(4)) { // as many as follow, or more
            ca.path_length = static_cast<unsigned>(r.authorities.size() - 1 - i + random.below(2));
        }
        if (i != 0 && random.one_in(4)) {
            ca.extended_key_usage = {dev::purpose::server_auth, dev::purpose::client_auth};
        }
        if (random.one_in(6)) {
            ca.permitted = {"DNS:example"};
            ca.name_constraints_critical = random.one_in(2);
        }
    }
    if (random.one_in(4)) {
        r.leaf.dns_names.insert(r.leaf.dns_names.begin(), "www.tenant.example");
    }
    if (random.one_in(4)) {
        r.leaf.crl_distribution_points = {"http://crl.example/ca.crl"};
    }
    if (random.one_in(4)) {
        r.leaf.extended_key_usage = {dev::purpose::server_auth};
    }
}

inline std::vector<std::string> certificates_of(std::string_view pem) {
    std::vector<std::string> out;
    detail::pem_cursor blocks(pem);
    for (detail::pem_block block; blocks.next(block);) {
        out.emplace_back(std::string(block.whole) + "\n");
    }
    return out;
}

inline made_chain make(const recipe& r) {
    made_chain out;
    out.authorities.push_back(or_throw(dev::authority::create(r.authorities.front())));
    for (std::size_t i = 1; i != r.authorities.size(); ++i) {
        out.authorities.push_back(or_throw(out.authorities.back().intermediate(r.authorities[i])));
    }
    auto const leaf = or_throw(out.authorities.back().issue_pem(r.leaf));
    out.sent = certificates_of(leaf.certificate_pem);
    out.key = leaf.key_pem;
    out.anchors = out.authorities.front().root_pem();
    if (r.arrange) {
        r.arrange(out);
    }
    return out;
}
} // namespace differential
