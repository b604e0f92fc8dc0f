// SPDX-License-Identifier: BSL-1.0

// What lwIP asks of an operating system (lwip/sys.h), with C++'s threads. A device has this from its own: FreeRTOS,
// Zephyr and ESP-IDF bring it.
#include <lwip/opt.h>
#include <lwip/stats.h>
#include <lwip/sys.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace std::chrono;

struct pc_semaphore {
    std::mutex mutex;
    std::condition_variable changed;
    unsigned count = 0;
};
struct pc_mutex {
    std::mutex mutex;
};
struct pc_mailbox {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<void*> messages;
    std::size_t room = 0;
};

namespace {
auto const start = steady_clock::now();
std::recursive_mutex everything;

/// Waits until `ready`, or for `limit` milliseconds (0: without end); what it took, or SYS_ARCH_TIMEOUT.
template <class Ready>
u32_t wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, u32_t limit, Ready ready) {
    auto const begin = steady_clock::now();
    if (limit == 0) {
        changed.wait(lock, ready);
    } else if (!changed.wait_for(lock, milliseconds(limit), ready)) {
        return SYS_ARCH_TIMEOUT;
    }
    return static_cast<u32_t>(duration_cast<milliseconds>(steady_clock::now() - begin).count());
}
bool post(pc_mailbox& box, void* message, bool wait_for_room) {
    std::unique_lock lock(box.mutex);
    if (wait_for_room) {
        box.changed.wait(lock, [&] { return box.messages.size() < box.room; });
    } else if (box.messages.size() >= box.room) {
        return false;
    }
    box.messages.push_back(message);
    box.changed.notify_all();
    return true;
}
void* take(pc_mailbox& box) {
    void* const message = box.messages.front();
    box.messages.pop_front();
    box.changed.notify_all();
    return message;
}
} // namespace

extern "C" {

void sys_init(void) {}
u32_t sys_now(void) { return static_cast<u32_t>(duration_cast<milliseconds>(steady_clock::now() - start).count()); }
sys_prot_t sys_arch_protect(void) {
    everything.lock();
    return 0;
}
void sys_arch_unprotect(sys_prot_t) { everything.unlock(); }

err_t sys_sem_new(sys_sem_t* sem, u8_t count) {
    *sem = new pc_semaphore;
    (*sem)->count = count;
    return ERR_OK;
}
void sys_sem_free(sys_sem_t* sem) { delete *sem; }
void sys_sem_signal(sys_sem_t* sem) {
    std::lock_guard lock((*sem)->mutex);
    ++(*sem)->count;
    (*sem)->changed.notify_one();
}
u32_t sys_arch_sem_wait(sys_sem_t* sem, u32_t limit) {
    std::unique_lock lock((*sem)->mutex);
    auto const took = wait(lock, (*sem)->changed, limit, [&] { return (*sem)->count != 0; });
    if (took != SYS_ARCH_TIMEOUT) {
        --(*sem)->count;
    }
    return took;
}

err_t sys_mutex_new(sys_mutex_t* mutex) {
    *mutex = new pc_mutex;
    return ERR_OK;
}
void sys_mutex_free(sys_mutex_t* mutex) { delete *mutex; }
void sys_mutex_lock(sys_mutex_t* mutex) { (*mutex)->mutex.lock(); }
void sys_mutex_unlock(sys_mutex_t* mutex) { (*mutex)->mutex.unlock(); }

err_t sys_mbox_new(sys_mbox_t* box, int size) {
    *box = new pc_mailbox;
    (*box)->room = size > 0 ? static_cast<std::size_t>(size) : 32;
    return ERR_OK;
}
void sys_mbox_free(sys_mbox_t* box) { delete *box; }
void sys_mbox_post(sys_mbox_t* box, void* message) { (void)post(**box, message, true); }
err_t sys_mbox_trypost(sys_mbox_t* box, void* message) { return post(**box, message, false) ? ERR_OK : ERR_MEM; }
err_t sys_mbox_trypost_fromisr(sys_mbox_t* box, void* message) { return sys_mbox_trypost(box, message); }
u32_t sys_arch_mbox_fetch(sys_mbox_t* box, void** message, u32_t limit) {
    std::unique_lock lock((*box)->mutex);
    auto const took = wait(lock, (*box)->changed, limit, [&] { return !(*box)->messages.empty(); });
    void* const taken = took != SYS_ARCH_TIMEOUT ? take(**box) : nullptr;
    if (message != nullptr) {
        *message = taken;
    }
    return took;
}
u32_t sys_arch_mbox_tryfetch(sys_mbox_t* box, void** message) {
    std::lock_guard lock((*box)->mutex);
    if ((*box)->messages.empty()) {
        return SYS_MBOX_EMPTY;
    }
    void* const taken = take(**box);
    if (message != nullptr) {
        *message = taken;
    }
    return 0;
}

sys_thread_t sys_thread_new(const char*, lwip_thread_fn function, void* argument, int, int) {
    std::thread([=] { function(argument); }).detach();
    return nullptr;
}
}
