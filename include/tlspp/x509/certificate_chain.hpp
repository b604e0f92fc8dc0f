// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// Certificates in an order: a cheap reference-counted handle, immutable, independent of the connection that it came
/// from. Takes `std::span` and range-based `for`.
/// \par Thread safety Handles of one chain may be used in different threads where `tlspp::thread_safe`.
class certificate_chain {
public:
    certificate_chain() noexcept = default;

    std::size_t size() const noexcept { return block_ ? block_->size : 0; }
    bool empty() const noexcept { return size() == 0; }
    const certificate* data() const noexcept { return block_ ? block_->items() : nullptr; }
    const certificate* begin() const noexcept { return data(); }
    const certificate* end() const noexcept { return data() + size(); }
    const certificate& operator[](std::size_t i) const noexcept { return data()[i]; }
    /// The first one; there must be one.
    const certificate& front() const noexcept { return data()[0]; }
    /// The last one: of a verified chain, the trust anchor. There must be one.
    const certificate& back() const noexcept { return data()[size() - 1]; }

    /// Copies of a list of Mbed TLS's. \return `errc::out_of_memory`.
    static result<certificate_chain> from_native(const mbedtls_x509_crt* list) noexcept {
        std::size_t count = 0;
        for (const mbedtls_x509_crt* crt = list; crt != nullptr && crt->raw.p != nullptr; crt = crt->next) {
            ++count;
        }
        auto made = with_size(count);
        for (std::size_t i = 0; made && i != count; ++i, list = list->next) {
            if (auto const set = made->set(i, *list); !set) {
                return std::unexpected(set.error());
            }
        }
        return made;
    }

    /// \cond
    static result<certificate_chain> with_size(std::size_t size) noexcept {
        certificate_chain made;
        made.block_ = detail::ref<block>::make_with_room(size * sizeof(certificate), size);
        if (!made.block_) {
            return detail::no_memory();
        }
        return made;
    }
    /// Only while this is the only handle.
    result<void> set(std::size_t i, const mbedtls_x509_crt& crt) noexcept {
        auto copy = certificate::from_native(crt);
        if (!copy) {
            return std::unexpected(copy.error());
        }
        block_->items()[i] = std::move(*copy);
        return {};
    }
    /// \endcond

private:
    struct block {
        explicit block(std::size_t count) noexcept : size(count) {
            for (std::size_t i = 0; i != size; ++i) {
                ::new (static_cast<void*>(items() + i)) certificate();
            }
        }
        ~block() {
            for (std::size_t i = 0; i != size; ++i) {
                items()[i].~certificate();
            }
        }
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        certificate* items() noexcept { return reinterpret_cast<certificate*>(this + 1); }

        std::size_t size;
        detail::ref_count references;
    };
    static_assert(alignof(certificate) <= alignof(block));

    detail::ref<block> block_;
};
} // namespace tlspp::inline TLSPP_ABI
#endif
