// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/name_key.hpp>

#include <cstring>
#include <utility>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Certificates in DER, unparsed, in one block of memory that begins with a hash table of their subjects. Each one is
/// kept once.
class anchor_index {
public:
    anchor_index() noexcept = default;
    anchor_index(const anchor_index&) = delete;
    anchor_index& operator=(const anchor_index&) = delete;
    ~anchor_index() { mbedtls_free(block_); }

    std::size_t size() const noexcept { return count_; }
    bytes der(std::size_t i) const noexcept { return der(entries()[i]); }
    /// How often this certificate was added.
    std::size_t copies(std::size_t i) const noexcept { return entries()[i].copies; }

    /// Makes room for so many more certificates of so many bytes together; false where there is no memory.
    bool reserve(std::size_t certificates, std::size_t der_bytes) noexcept {
        if (certificates <= entry_capacity_ - count_ && der_bytes <= der_capacity_ - used_) {
            return true;
        }
        // Folders come file by file: the first wish is fulfilled to the byte, later ones generously.
        std::size_t const more_entries = count_ == 0 || count_ < certificates ? certificates : count_;
        std::size_t const more_bytes = used_ == 0 || used_ < der_bytes ? der_bytes : used_;
        return relocate(count_ + more_entries, used_ + more_bytes);
    }
    /// Gives back what was reserved in vain, where it is worth it.
    void trim() noexcept {
        if (der_capacity_ - used_ > used_ / 16 || entry_capacity_ - count_ > count_ / 4) {
            (void)relocate(count_, used_);
        }
    }
    /// Where the bytes of the next certificate go: room for as many as are reserved.
    unsigned char* room() noexcept { return start() + used_; }
    std::size_t room_size() const noexcept { return der_capacity_ - used_; }
    /// Takes in the certificate of `size` bytes that was put into `room()`. Room for it was reserved.
    void keep(std::size_t size, bytes subject) noexcept {
        bytes const added(room(), size);
        std::uint32_t const hash = hash_name(subject);
        std::uint32_t* link = &heads()[hash & head_mask_];
        while (*link != 0) {
            entry& other = entries()[*link - 1];
            if (other.hash == hash && same_bytes(der(other), added)) {
                ++other.copies;
                return;
            }
            link = &other.next; // the order among equals is kept
        }
        entries()[count_] = {used_, static_cast<std::uint32_t>(size), hash, 0, 1};
        *link = ++count_;
        used_ += static_cast<std::uint32_t>(size);
    }

    /// Calls `each(der) -> bool` for the certificates with this subject, in the order they were added, until it answers
    /// false.
    template <class Each>
    void each_named(bytes name, Each& each) const noexcept {
        if (count_ == 0) {
            return;
        }
        std::uint32_t const hash = hash_name(name);
        for (std::uint32_t link = heads()[hash & head_mask_]; link != 0;) {
            const entry& one = entries()[link - 1];
            if (one.hash == hash && compare_names(subject_of(der(one)), name) == 0 && !each(der(one))) {
                return;
            }
            link = one.next;
        }
    }

private:
    struct entry {
        std::uint32_t offset;
        std::uint32_t size;
        std::uint32_t hash;
        std::uint32_t next; ///< number of the next entry of the same bucket, counted from 1; 0: none
        std::uint32_t copies;
    };
    static constexpr std::size_t limit = 0xFFFFFFFFU;

    entry* entries() const noexcept { return reinterpret_cast<entry*>(block_); }
    /// For each bucket the number of its first entry.
    std::uint32_t* heads() const noexcept { return reinterpret_cast<std::uint32_t*>(entries() + entry_capacity_); }
    unsigned char* start() const noexcept { return reinterpret_cast<unsigned char*>(heads() + head_mask_ + 1); }
    bytes der(const entry& e) const noexcept { return bytes(start() + e.offset, e.size); }

    /// Moves everything into a block that has room for exactly that much.
    bool relocate(std::size_t certificates, std::size_t der_bytes) noexcept {
        if (certificates > limit / 64 || der_bytes > limit / 2) {
            return false;
        }
        std::uint32_t buckets = 1;
        while (buckets < certificates) {
            buckets *= 2;
        }
        void* const memory =
            mbedtls_calloc(1, certificates * sizeof(entry) + buckets * sizeof(std::uint32_t) + der_bytes);
        if (memory == nullptr) {
            return false;
        }
        anchor_index moved;
        moved.block_ = memory;
        moved.entry_capacity_ = static_cast<std::uint32_t>(certificates);
        moved.der_capacity_ = static_cast<std::uint32_t>(der_bytes);
        moved.head_mask_ = buckets - 1;
        if (count_ != 0) {
            std::memcpy(moved.entries(), entries(), count_ * sizeof(entry));
            std::memcpy(moved.start(), start(), used_);
        }
        for (std::uint32_t i = count_; i-- != 0;) { // backwards: each goes to the front of its bucket
            std::uint32_t& head = moved.heads()[moved.entries()[i].hash & moved.head_mask_];
            moved.entries()[i].next = std::exchange(head, i + 1);
        }
        std::swap(block_, moved.block_);
        entry_capacity_ = moved.entry_capacity_;
        der_capacity_ = moved.der_capacity_;
        head_mask_ = moved.head_mask_;
        return true;
    }

    void* block_ = nullptr;
    std::uint32_t count_ = 0;
    std::uint32_t entry_capacity_ = 0;
    std::uint32_t head_mask_ = 0;
    std::uint32_t used_ = 0;
    std::uint32_t der_capacity_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
