// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/name_key.hpp>

#include <span>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Certificates in DER that stay where they are, such as in flash. Nothing is kept of them but where the table is.
class anchor_table {
public:
    /// Unlike `bytes`, it is made by the compiler, so that a table of it needs no memory that is written.
    using row = std::span<const unsigned char>;

    anchor_table() noexcept = default;
    explicit anchor_table(std::span<const row> rows) noexcept : rows_(rows) {
        for (std::size_t i = 1; sorted_ && i < rows.size(); ++i) {
            sorted_ = compare_names(subject_of(rows[i - 1]), subject_of(rows[i])) <= 0;
        }
    }

    /// Not looked at: to be walked rather than searched.
    static anchor_table unsorted(std::span<const row> rows) noexcept {
        anchor_table made;
        made.rows_ = rows;
        made.sorted_ = false;
        return made;
    }

    std::size_t size() const noexcept { return rows_.size(); }
    bytes der(std::size_t i) const noexcept { return rows_[i]; }
    /// The order of `compare_names` makes a search binary.
    bool sorted() const noexcept { return sorted_; }

    /// As that of `anchor_index`.
    template <class Each>
    void each_named(bytes name, Each& each) const noexcept {
        std::size_t first = 0;
        for (std::size_t end = sorted_ ? rows_.size() : 0; first != end;) {
            std::size_t const middle = first + (end - first) / 2;
            if (compare_names(subject_of(rows_[middle]), name) < 0) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        for (std::size_t i = first; i != rows_.size(); ++i) {
            bool const equal = compare_names(subject_of(rows_[i]), name) == 0;
            if ((equal && !each(bytes(rows_[i]))) || (sorted_ && !equal)) {
                return;
            }
        }
    }

private:
    std::span<const row> rows_;
    bool sorted_ = true;
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
