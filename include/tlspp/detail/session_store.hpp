// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mutex.hpp>
#include <tlspp/detail/session_record.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// A bounded table of session records, found by a hash. What was used longest ago goes first. Safe for several threads
/// where there are any.
class session_store {
public:
    struct entry {
        sha256_digest key;
        secure_buffer record;
        std::int64_t expires = -1;
        std::uint64_t used = 0; ///< 0: free
        bool once = false;      ///< a ticket of TLS 1.3
    };

    /// Entries stand behind the object.
    session_store(std::size_t entries, std::size_t bytes_at_most) noexcept
        : count_(entries), bytes_at_most_(bytes_at_most) {
        for (std::size_t i = 0; i != count_; ++i) {
            ::new (static_cast<void*>(entries_() + i)) entry();
        }
    }
    session_store(const session_store&) = delete;
    session_store& operator=(const session_store&) = delete;
    ~session_store() {
        for (std::size_t i = 0; i != count_; ++i) {
            entries_()[i].~entry();
        }
    }

    /// Takes the record, or drops it where it is larger than everything may be. Of one key one record is kept, of
    /// tickets that can be used once `tickets_of_one`.
    void put(const sha256_digest& key, secure_buffer record, std::int64_t expires, bool once) noexcept {
        locked const held{mutex_};
        if (!held || record.size() > bytes_at_most_) {
            return;
        }
        std::size_t same = 0;
        for (entry& e : *this) {
            if (e.used != 0 && e.key == key) {
                if (once && e.once) {
                    ++same;
                } else {
                    clear(e);
                }
            }
        }
        if (same >= tickets_of_one) {
            clear(*oldest(&key));
        }
        entry* free = free_entry();
        while (free == nullptr || bytes_ + record.size() > bytes_at_most_) {
            entry* const victim = oldest(nullptr);
            clear(*victim);
            ++evictions_;
            free = free_entry();
        }
        free->key = key;
        bytes_ += record.size();
        free->record = std::move(record);
        free->expires = expires;
        free->once = once;
        free->used = ++clock_;
        ++size_;
    }

    /// Gives `out` the newest record under this key: itself, where it can be used once, else a copy. Empty where there
    /// is none, where it has expired by `now`, and where there is no memory. A negative `now` is not known.
    /// \return whether it gave nothing because what there was had expired.
    bool find(const sha256_digest& key, std::int64_t now, secure_buffer& out) noexcept {
        locked const held{mutex_};
        if (!held) {
            return false;
        }
        entry* best = nullptr;
        bool late = false;
        for (entry& e : *this) {
            if (e.used == 0) {
                continue;
            }
            if (now >= 0 && e.expires >= 0 && e.expires <= now) {
                late = late || e.key == key;
                clear(e);
            } else if (e.key == key && (best == nullptr || e.used > best->used)) {
                best = &e;
            }
        }
        if (best == nullptr) {
            ++misses_;
            return late;
        }
        ++hits_;
        if (best->once) {
            out = take(*best);
            return false;
        }
        best->used = ++clock_;
        if (out.allocate(best->record.size())) {
            byte_writer{out.data()}.part(view_of(best->record));
        }
        return false;
    }

    void remove_all() noexcept {
        if (locked const held{mutex_}; held) {
            for (entry& e : *this) {
                clear(e);
            }
        }
    }
    std::size_t size() noexcept {
        locked const held{mutex_};
        return size_;
    }
    std::uint64_t hits() noexcept {
        locked const held{mutex_};
        return hits_;
    }
    std::uint64_t misses() noexcept {
        locked const held{mutex_};
        return misses_;
    }

    std::uint64_t evictions() noexcept {
        locked const held{mutex_};
        return evictions_;
    }

    static constexpr std::size_t tickets_of_one = 4;
    ref_count references;

private:
    entry* entries_() noexcept { return reinterpret_cast<entry*>(this + 1); }
    entry* begin() noexcept { return entries_(); }
    entry* end() noexcept { return entries_() + count_; }

    secure_buffer take(entry& e) noexcept {
        bytes_ -= e.record.size();
        --size_;
        e.used = 0;
        return std::move(e.record);
    }
    void clear(entry& e) noexcept {
        if (e.used != 0) {
            secure_buffer const gone = take(e);
        }
    }
    entry* free_entry() noexcept {
        for (entry& e : *this) {
            if (e.used == 0) {
                return &e;
            }
        }
        return nullptr;
    }
    /// There is one.
    entry* oldest(const sha256_digest* key) noexcept {
        entry* found = nullptr;
        for (entry& e : *this) {
            if (e.used != 0 && (key == nullptr || e.key == *key) && (found == nullptr || e.used < found->used)) {
                found = &e;
            }
        }
        return found;
    }

    mutex mutex_;
    std::size_t count_;
    std::size_t bytes_at_most_;
    std::size_t bytes_ = 0;
    std::size_t size_ = 0;
    std::uint64_t clock_ = 0;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
    std::uint64_t evictions_ = 0;
};
static_assert(alignof(session_store::entry) <= alignof(session_store));
} // namespace tlspp::inline TLSPP_ABI::detail
