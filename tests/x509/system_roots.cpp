// SPDX-License-Identifier: BSL-1.0
// Every root of this machine's bundle stays of use, whatever it looks like, under each profile. Nobody here has their
// keys, so each root gets a key of ours, and nothing else of it is changed.
#include <tlspp/text.hpp>
#include <tlspp/x509/checks/key_size.hpp>

#include "chains.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace tlspp;

namespace {
using octets = std::vector<std::byte>;

octets sequence(const octets& content) {
    octets out{std::byte{0x30}};
    std::size_t const size = content.size();
    if (size >= 128) {
        int bytes = 1;
        while (size >> (8 * bytes) != 0) {
            ++bytes;
        }
        out.push_back(static_cast<std::byte>(0x80 | bytes));
        for (int i = bytes; i-- != 0;) {
            out.push_back(static_cast<std::byte>(size >> (8 * i)));
        }
    } else {
        out.push_back(static_cast<std::byte>(size));
    }
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

/// A SEQUENCE with its n-th element replaced.
octets with_element(bytes whole, std::size_t n, bytes replacement) {
    auto fields = detail::der_reader(whole).enter(detail::der_tag::sequence);
    octets content;
    detail::der_element element;
    for (std::size_t i = 0; fields.next(element); ++i) {
        bytes const part = i == n ? replacement : element.whole;
        content.insert(content.end(), part.begin(), part.end());
    }
    return sequence(content);
}

/// Where a TBSCertificate has this field, counted from its serial number.
std::size_t field(bytes tbs, std::size_t after_serial) {
    auto fields = detail::der_reader(tbs).enter(detail::der_tag::sequence);
    return after_serial + (fields.peek() == detail::der_tag::constructed_context(0) ? 1U : 0U);
}
constexpr std::size_t issuer_field = 2;
constexpr std::size_t key_field = 5;

/// The root with another key. Its signature is that of the old one, which nobody checks of an anchor.
octets with_key(const certificate& root, bytes key) {
    auto const tbs = with_element(root.tbs(), field(root.tbs(), key_field), key);
    return with_element(root.der(), 0, bytes(tbs));
}
} // namespace

TEST_CASE("every root of the system stays an anchor under both profiles", "[system_roots]") {
    auto const store = trust_store::system();
    if (!store) {
        SKIP("this machine has no bundle of CA certificates");
    }
    auto const ca = or_throw(dev::authority::create({}));
    auto const key = or_throw(ca.certificate());
    std::size_t judged = 0;
    auto const each = store->for_each([&](const certificate& root) {
        INFO(to_string(root.subject()));
        auto const trust = or_throw(trust_store::from_der(with_key(root, key.public_key().der)));
        auto const leaf_time = root.not_before() + (root.not_after() - root.not_before()) / 2;
        auto const id = root.subject_key_identifier();
        octets named{std::byte{0x80}, static_cast<std::byte>(id.size())};
        named.insert(named.end(), id.begin(), id.end());
        if (id.empty()) {
            named = {std::byte{0x80}, std::byte{1}, std::byte{1}};
        }
        dev::certificate_options leaf{.dns_names = {"a.example"},
                                      .not_before = leaf_time - 60,
                                      .not_after = leaf_time + 60,
                                      .extensions = {{.oid = "2.5.29.35", .der = sequence(named)}}};
        leaf.tamper_before_signing = [&](octets& tbs) {
            tbs = with_element(bytes(tbs), field(bytes(tbs), issuer_field), root.subject().der());
        };
        std::vector<certificate> const chain{samples::issue(leaf, ca)};
        for (auto const rules : {profile::rfc5280, profile::webpki}) {
            auto const flags = chains::judge(chain, trust, {.profile = rules, .time = leaf_time});
            CHECK(flags.bits() == 0);
        }
        CHECK(x509::is_baseline_key(*root.native_handle()));
        ++judged;
        return true;
    });
    CHECK(each);
    CHECK(judged == store->size());

    SECTION("and a chain that breaks something does not pass by this") {
        auto const trust = or_throw(ca.trust());
        std::vector<certificate> const chain{samples::issue({.dns_names = {"a.example"}, .serial = "00"}, ca)};
        CHECK(chains::judge(chain, trust, {.profile = profile::webpki}) == verify_flag::serial_number);
    }
}
