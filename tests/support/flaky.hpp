// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>

namespace test {

/// A wire between two ends in one process, with the faults that a test asks for.
struct wire {
    std::deque<std::byte> to_a, to_b;
    bool a_closed = false, b_closed = false;
};

struct faults {
    std::size_t step = SIZE_MAX;       ///< most bytes moved by one call
    bool blocks_every_other = false;   ///< each second call answers would_block
    std::size_t send_limit = SIZE_MAX; ///< bytes that may be sent before sending blocks
    bool send_returns_zero = false;
};

/// One end of a wire. Copies of its pointers stay with the test, which can change the faults at any time.
class end {
public:
    end(std::shared_ptr<wire> w, bool is_a, std::shared_ptr<faults> f) noexcept
        : wire_(std::move(w)), faults_(std::move(f)), is_a_(is_a) {}

    tlspp::io_result send(std::span<const std::byte> out) {
        if (out.empty()) {
            return std::unexpected(tlspp::io_error{9999}); // must never happen
        }
        if (faults_->send_returns_zero) {
            return 0;
        }
        auto const n = std::min({out.size(), faults_->step, faults_->send_limit});
        if (n == 0 || blocks(send_calls_)) {
            return std::unexpected(tlspp::would_block);
        }
        auto& queue = is_a_ ? wire_->to_b : wire_->to_a;
        queue.insert(queue.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n));
        if (faults_->send_limit != SIZE_MAX) {
            faults_->send_limit -= n;
        }
        return n;
    }
    tlspp::io_result receive(std::span<std::byte> in) {
        auto& queue = is_a_ ? wire_->to_a : wire_->to_b;
        if (queue.empty()) {
            if (is_a_ ? wire_->b_closed : wire_->a_closed) {
                return 0;
            }
            return std::unexpected(tlspp::would_block);
        }
        if (blocks(receive_calls_)) {
            return std::unexpected(tlspp::would_block);
        }
        auto const n = std::min({in.size(), faults_->step, queue.size()});
        std::copy_n(queue.begin(), n, in.begin());
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(n));
        return n;
    }

private:
    bool blocks(unsigned& calls) const { return faults_->blocks_every_other && ++calls % 2 == 0; }

    std::shared_ptr<wire> wire_;
    std::shared_ptr<faults> faults_;
    bool is_a_;
    unsigned send_calls_ = 0;
    unsigned receive_calls_ = 0;
};
static_assert(tlspp::transport<end>);
} // namespace test
