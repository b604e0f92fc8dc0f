// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/memory.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_list.hpp>
#include <tlspp/x509/detail/judged_path.hpp>
#include <tlspp/x509/trust_store.hpp>

#include <cstddef>
#include <utility>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Looks for a path that is good, where Mbed TLS takes the first issuer whose name fits and gives up with it, and never
/// looks at what was sent before a certificate: finds intermediates in any order, other issuers of the same name, and
/// cross-signed ones. Every signature, date and key is judged by Mbed TLS, one link of the path at a time; this class
/// only chooses the links. (Over a whole chain, Mbed TLS also counts self-issued certificates against
/// pathLenConstraint.)
///
/// A link is a list that Mbed TLS is given: two shallow copies, which own nothing and are never freed with
/// `mbedtls_x509_crt_free`.
class path_search {
public:
    /// For handshakes. Mbed TLS itself checks up to some 400 signatures for a list that was made for it: 45
    /// certificates in a message of 16 KiB, each an expired issuer of the one before.
    static constexpr unsigned handshake_budget = 64;
    /// For `x509::verify`, whose lists may be longer.
    static constexpr unsigned verify_budget = 256;

    /// \param budget how many signatures are checked, and certificates of whole paths judged, in all; a hostile peer
    /// decides how many would be possible.
    path_search(const verify_policy& policy, const peer_name& name, const trust_store& trust, unsigned budget) noexcept
        : policy_(policy), name_(name), trust_(trust), budget_(budget) {}
    path_search(const path_search&) = delete;
    path_search& operator=(const path_search&) = delete;
    ~path_search() {
        mbedtls_free(copies_);
        free_certificates(kept_);
    }

    /// Looks for a good path from `leaf`, over `pool` (a list of Mbed TLS's), to an anchor.
    /// \return 0, or a code of Mbed TLS's that ends the handshake: memory ran out, or a clock or hash failed.
    int run(const mbedtls_x509_crt& leaf, const mbedtls_x509_crt* pool) noexcept {
        copies_ = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(2, sizeof(mbedtls_x509_crt)));
        if (copies_ == nullptr) {
            return MBEDTLS_ERR_X509_ALLOC_FAILED;
        }
        pool_ = pool;
        path_.certificates[0] = &leaf;
        good_ = extend(1) && failure_ == 0;
        return failure_;
    }

    /// Whether `run` found one: then it is `path()`, as long as this object lives.
    bool good() const noexcept { return good_; }
    const judged_path& path() const noexcept { return path_; }
    /// What speaks against the best path, where none is good.
    /// \return a code of Mbed TLS's: see `run`.
    int against(verify_flags& out) noexcept {
        if (!judged_ && failure_ == 0) { // what Mbed TLS says of the certificate alone
            budget_ = 1;
            link_flags alone;
            (void)link(*path_.certificates[0], nullptr, alone);
            path_.of_mbedtls[0] = alone.child | MBEDTLS_X509_BADCERT_NOT_TRUSTED;
            path_.anchored = false;
            (void)judge(1);
        }
        // only a whole path to an anchor may come out without a flag, whatever went on above
        out = first_.empty() ? verify_flags(verify_flag::not_trusted) : first_;
        return failure_;
    }

private:
    static constexpr std::size_t capacity = judged_path::capacity;

    struct link_flags {
        std::uint32_t child = 0;
        std::uint32_t parent = 0;
    };

    static bool same(const mbedtls_x509_crt& a, const mbedtls_x509_crt& b) noexcept {
        return same_bytes(bytes_of(a.raw), bytes_of(b.raw));
    }
    bool in_path(const mbedtls_x509_crt& crt, std::size_t size) const noexcept {
        for (std::size_t i = 0; i != size; ++i) {
            const mbedtls_x509_crt& other = *path_.certificates[i];
            // the same name with the same key again leads nowhere new
            if (same(other, crt) || (same_bytes(bytes_of(other.subject_raw), bytes_of(crt.subject_raw)) &&
                                     same_bytes(bytes_of(other.pk_raw), bytes_of(crt.pk_raw)))) {
                return true;
            }
        }
        return false;
    }
    /// Key identifiers are hints (RFC 5280 §4.2.1.1): what they speak for is tried first, what they speak against last.
    static bool is_likely(const mbedtls_x509_crt& child, const mbedtls_x509_crt& parent) noexcept {
        bytes const wanted = bytes_of(child.authority_key_id.keyIdentifier);
        bytes const offered = bytes_of(parent.subject_key_id);
        return wanted.empty() || offered.empty() || same_bytes(wanted, offered);
    }

    /// True where a good path begins with the first `size` certificates.
    bool extend(std::size_t size) noexcept {
        mbedtls_x509_crt* anchors = nullptr;
        if (int const code =
                trust_store::find_issuers(const_cast<trust_store*>(&trust_), path_.certificates[size - 1], &anchors);
            code != 0) {
            failure_ = is_out_of_memory(code) ? MBEDTLS_ERR_X509_ALLOC_FAILED : code;
            return false;
        }
        if (to_anchor(size, anchors)) {
            kept_ = anchors; // the path ends there
            return true;
        }
        free_certificates(anchors);
        return size + 1 < capacity && (to_intermediate(size, true) || to_intermediate(size, false));
    }

    bool to_anchor(std::size_t size, const mbedtls_x509_crt* anchors) noexcept {
        const mbedtls_x509_crt& last = *path_.certificates[size - 1];
        for (const mbedtls_x509_crt* anchor = anchors; anchor != nullptr; anchor = anchor->next) {
            link_flags found;
            if (!link(last, anchor, found)) {
                continue;
            }
            path_.of_mbedtls[size - 1] = found.child;
            path_.certificates[size] = anchor;
            path_.of_mbedtls[size] = found.parent;
            path_.anchored = true;
            if (judge(size == 1 && same(*anchor, last) ? 1 : size + 1)) {
                return true;
            }
        }
        return false;
    }

    bool to_intermediate(std::size_t size, bool likely) noexcept {
        const mbedtls_x509_crt& last = *path_.certificates[size - 1];
        for (const mbedtls_x509_crt* next = pool_; next != nullptr; next = next->next) {
            if (budget_ == 0 || failure_ != 0) {
                return false;
            }
            link_flags found;
            if (next->version == 0 || is_likely(last, *next) != likely || in_path(*next, size) ||
                !x509::same_name(bytes_of(next->subject_raw), bytes_of(last.issuer_raw)) || !link(last, next, found)) {
                continue;
            }
            path_.of_mbedtls[size - 1] = found.child;
            path_.certificates[size] = next;
            if (extend(size + 1)) {
                return true;
            }
        }
        return false;
    }

    /// Asks Mbed TLS about one link: true where `parent` has signed `child` and may sign. Null: about `child` alone.
    bool link(const mbedtls_x509_crt& child, const mbedtls_x509_crt* parent, link_flags& out) noexcept {
        if (budget_ == 0 || failure_ != 0) {
            return false;
        }
        --budget_;
        copies_[0] = child;
        copies_[0].next = nullptr;
        if (parent != nullptr) {
            copies_[1] = *parent;
            copies_[1].next = nullptr;
        }
        // NOLINTNEXTLINE(readability-non-const-parameter): the type is Mbed TLS's
        auto const note = [](void* found, mbedtls_x509_crt*, int depth, std::uint32_t* flags) noexcept {
            auto& of = *static_cast<link_flags*>(found);
            (depth == 0 ? of.child : of.parent) = *flags;
            return 0;
        };
        out = {};
        std::uint32_t flags = 0;
        int const code =
            mbedtls_x509_crt_verify_with_profile(&copies_[0], parent == nullptr ? nullptr : &copies_[1], nullptr,
                                                 &strength_of(policy_), nullptr, &flags, note, &out);
        if (is_out_of_memory(code)) {
            failure_ = MBEDTLS_ERR_X509_ALLOC_FAILED;
        }
        if (code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
            out.child |= MBEDTLS_X509_BADCERT_SKIP_VERIFY;
            return false;
        }
        return (out.child & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0;
    }

    /// Judges the first `size` certificates as one path.
    bool judge(std::size_t size) noexcept {
        auto const cost = static_cast<unsigned>(size);
        budget_ -= cost < budget_ ? cost : budget_;
        path_.size = size;
        if (int const code = path_.judge<x509::links::unseen>(name_, policy_); code != 0) {
            failure_ = code;
            return false;
        }
        if (!judged_) { // of several that are bad, the first tells: it is the one that Mbed TLS would have taken
            first_ = path_.found;
        }
        judged_ = true;
        return path_.found.empty();
    }

    const verify_policy& policy_;
    const peer_name& name_;
    const trust_store& trust_;
    unsigned budget_;
    int failure_ = 0;
    mbedtls_x509_crt* copies_ = nullptr;
    mbedtls_x509_crt* kept_ = nullptr; ///< the list that a good path ends in
    const mbedtls_x509_crt* pool_ = nullptr;
    judged_path path_;
    verify_flags first_;
    bool judged_ = false;
    bool good_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
