// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/memory.hpp>
#include <tlspp/x509/detail/certificate_list.hpp>
#include <tlspp/x509/trust_store.hpp>
#include <tlspp/x509/verify.hpp>

#include <cstddef>

namespace tlspp::inline TLSPP_ABI::detail {

/// Looks for a chain that is good, where Mbed TLS takes the first issuer whose name fits and gives up with it: finds
/// intermediates in any order, other issuers of the same name, and cross-signed ones. Every signature, date and key is
/// judged by Mbed TLS, one link of the chain at a time; this class only chooses the links. (Over a whole chain, Mbed
/// TLS also counts self-issued certificates against pathLenConstraint.)
///
/// A link is a list that Mbed TLS is given: two shallow copies, which own nothing and are never freed with
/// `mbedtls_x509_crt_free`.
class path_search {
public:
    /// \param budget signature checks in all; a hostile peer decides how many would be possible.
    path_search(const verify_policy& policy, peer_name name, const trust_store& trust, unsigned budget) noexcept
        : policy_(&policy), name_(name), trust_(trust), budget_(budget) {}
    path_search(const path_search&) = delete;
    path_search& operator=(const path_search&) = delete;
    ~path_search() { mbedtls_free(copies_); }

    /// The flags of the best chain from `leaf`, over `pool` (a list of Mbed TLS's), to an anchor: empty where one is
    /// good.
    /// \return `errc::out_of_memory`.
    result<verify_flags> run(const mbedtls_x509_crt& leaf, const mbedtls_x509_crt* pool) noexcept {
        copies_ = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(2, sizeof(mbedtls_x509_crt)));
        if (copies_ == nullptr) {
            return std::unexpected(error(errc::out_of_memory));
        }
        pool_ = pool;
        path_[0] = &leaf;
        bool const good = extend(1);
        if (!good && !judged_ && !failed_) {
            budget_ = 1; // for what Mbed TLS says of the certificate alone
            (void)link(leaf, nullptr, flags_[0]);
            flags_[0].child |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
            (void)judge(1);
        }
        if (failed_) {
            return std::unexpected(error(errc::out_of_memory));
        }
        // only a whole chain to an anchor may come out without a flag, whatever went on above
        return good ? verify_flags() : best_.empty() ? verify_flags(verify_flag::not_trusted) : best_;
    }

private:
    static constexpr std::size_t capacity = MBEDTLS_X509_MAX_VERIFY_CHAIN_SIZE;

    struct link_flags {
        std::uint32_t child = 0;
        std::uint32_t parent = 0;
    };

    static bool same(const mbedtls_x509_crt& a, const mbedtls_x509_crt& b) noexcept {
        return same_bytes(bytes_of(a.raw), bytes_of(b.raw));
    }
    bool in_path(const mbedtls_x509_crt& crt, std::size_t size) const noexcept {
        for (std::size_t i = 0; i != size; ++i) {
            // the same name with the same key again leads nowhere new
            if (same(*path_[i], crt) || (same_bytes(bytes_of(path_[i]->subject_raw), bytes_of(crt.subject_raw)) &&
                                         same_bytes(bytes_of(path_[i]->pk_raw), bytes_of(crt.pk_raw)))) {
                return true;
            }
        }
        return false;
    }

    /// True where a good chain begins with the first `size` of the path.
    bool extend(std::size_t size) noexcept {
        const mbedtls_x509_crt& last = *path_[size - 1];
        mbedtls_x509_crt* anchors = nullptr;
        if (trust_store::find_issuers(const_cast<trust_store*>(&trust_), &last, &anchors) != 0) {
            failed_ = true;
            return false;
        }
        bool const found = to_anchor(size, anchors);
        free_certificates(anchors);
        return found || (size + 1 < capacity && to_intermediate(size));
    }

    bool to_anchor(std::size_t size, const mbedtls_x509_crt* anchors) noexcept {
        const mbedtls_x509_crt& last = *path_[size - 1];
        for (const mbedtls_x509_crt* anchor = anchors; anchor != nullptr; anchor = anchor->next) {
            link_flags found;
            if (!link(last, anchor, found)) {
                continue;
            }
            flags_[size - 1] = found;
            if (size == 1 && same(*anchor, last)) {
                if (judge(1)) {
                    return true;
                }
                continue;
            }
            path_[size] = anchor;
            flags_[size] = {found.parent, 0};
            if (judge(size + 1)) {
                return true;
            }
        }
        return false;
    }

    bool to_intermediate(std::size_t size) noexcept {
        const mbedtls_x509_crt& last = *path_[size - 1];
        for (const mbedtls_x509_crt* next = pool_; next != nullptr; next = next->next) {
            if (budget_ == 0 || failed_) {
                return false;
            }
            if (next->version == 0 || in_path(*next, size) ||
                !x509::same_name(bytes_of(next->subject_raw), bytes_of(last.issuer_raw)) ||
                !link(last, next, flags_[size - 1])) {
                continue;
            }
            path_[size] = next;
            if (extend(size + 1)) {
                return true;
            }
        }
        return false;
    }

    /// Asks Mbed TLS about one link: true where `parent` has signed `child` and may sign. Null: about `child` alone.
    bool link(const mbedtls_x509_crt& child, const mbedtls_x509_crt* parent, link_flags& out) noexcept {
        if (budget_ == 0 || failed_) {
            return false;
        }
        --budget_;
        copies_[0] = child;
        copies_[0].next = nullptr;
        if (parent != nullptr) {
            copies_[1] = *parent;
            copies_[1].next = nullptr;
        }
        auto const note = [](void* found, mbedtls_x509_crt*, int depth, std::uint32_t* flags) noexcept {
            auto& of = *static_cast<link_flags*>(found);
            (depth == 0 ? of.child : of.parent) = *flags;
            return 0;
        };
        out = {};
        std::uint32_t flags = 0;
        int const code =
            mbedtls_x509_crt_verify_with_profile(&copies_[0], parent == nullptr ? nullptr : &copies_[1], nullptr,
                                                 &strength_of(*policy_), nullptr, &flags, note, &out);
        failed_ = failed_ || is_out_of_memory(code);
        if (code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
            out.child |= MBEDTLS_X509_BADCERT_SKIP_VERIFY;
            return false;
        }
        return (out.child & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0;
    }

    /// Judges the first `size` of the path as one chain, by the verifier that handshakes use.
    bool judge(std::size_t size) noexcept {
        chain_verifier verifier(*policy_, name_);
        for (std::size_t i = size; i-- != 0;) {
            std::uint32_t flags = flags_[i].child;
            int const code = chain_verifier::callback(&verifier, const_cast<mbedtls_x509_crt*>(path_[i]),
                                                      static_cast<int>(i), &flags);
            if (code != 0) {
                failed_ = true;
                return false;
            }
        }
        auto const found = verifier.flags();
        // of several that are bad, the first tells: it is the one that Mbed TLS would have taken
        if (!judged_ || found.empty()) {
            best_ = found;
        }
        judged_ = true;
        return found.empty();
    }

    const verify_policy* policy_;
    peer_name name_;
    const trust_store& trust_;
    unsigned budget_;
    mbedtls_x509_crt* copies_ = nullptr;
    const mbedtls_x509_crt* pool_ = nullptr;
    const mbedtls_x509_crt* path_[capacity] = {};
    link_flags flags_[capacity] = {};
    verify_flags best_;
    bool judged_ = false;
    bool failed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
