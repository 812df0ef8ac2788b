// How a running script is stopped from another thread.
//
// Only a hook gets into a loop that calls nothing, and Lua checks an armed hook at every instruction: that doubles the
// time of an arithmetic loop (5.4.4, whatever the count). So hooks stay off until a stop is requested. Then a
// signal goes to the one thread that runs the script, and its handler arms the hook there. lua_sethook is made for that,
// lua.c does the same; called from another thread instead it would read call records that may just be freed.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "internal.h"

// Ignored unless it is handled, spurious by its nature, and restarts system calls: Go's runtime stops its threads
// with it for the same reasons.
#define STOP_SIGNAL SIGURG

// ThreadSanitizer keeps signals back until the next call that it intercepts, and a busy loop makes none.
#if defined(__SANITIZE_THREAD__)
#define HAS_SIGNALS false
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_SIGNALS false
#endif
#endif
#ifndef HAS_SIGNALS
#define HAS_SIGNALS true
#endif

// In a handler, thread-local storage must not be made on first use.
#if defined(__linux__)
#define IN_HANDLER __attribute__((tls_model("initial-exec")))
#else
#define IN_HANDLER
#endif

static _Thread_local spl_vm *volatile running_here IN_HANDLER;
static _Thread_local bool is_unblocked IN_HANDLER;

static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;

static void handle(int number, siginfo_t *info, void *context) {
    int saved = errno;
    spl_vm *vm = running_here;
    if (vm != NULL && spl_needs_hook(vm)) {
        lua_State *L = atomic_load_explicit(&vm->current, memory_order_relaxed);
        if (L != NULL) spl_arm_hook(vm, L);
    }
    // The handler that was there before is still called.
    if (previous.sa_flags & SA_SIGINFO) {
        if (previous.sa_sigaction != NULL) previous.sa_sigaction(number, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(number);
    }
    errno = saved;
}

// Puts the handler in place, again if it was replaced.
static bool install(void) {
    bool installed = true;
    pthread_mutex_lock(&install_lock);
    struct sigaction now;
    if (sigaction(STOP_SIGNAL, NULL, &now) != 0) {
        installed = false;
    } else if (!(now.sa_flags & SA_SIGINFO) || now.sa_sigaction != handle) {
        previous = now;
        struct sigaction ours = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
        sigemptyset(&ours.sa_mask);
        installed = sigaction(STOP_SIGNAL, &ours, NULL) == 0;
    }
    pthread_mutex_unlock(&install_lock);
    return installed;
}

bool spl_prepare_interrupts(spl_vm *vm) {
    vm->always_armed = !HAS_SIGNALS || !install();
    return pthread_mutex_init(&vm->running_lock, NULL) == 0;
}

void spl_finish_interrupts(spl_vm *vm) { pthread_mutex_destroy(&vm->running_lock); }

static void send_signal(spl_vm *vm) {
    if (vm->always_armed) return;
    // A thread that runs the script holds on to its entry here, so that it cannot end before the signal is sent.
    pthread_mutex_lock(&vm->running_lock);
    if (vm->is_running && install()) pthread_kill(vm->runner, STOP_SIGNAL);
    pthread_mutex_unlock(&vm->running_lock);
}

spl_run *spl_run_create(const spl_run *outer) {
    spl_run *run = calloc(1, sizeof *run);
    if (run != NULL) run->outer = outer;
    return run;
}

void spl_run_free(spl_run *run) { free(run); }

void spl_stop_run(spl_vm *vm, spl_run *run, int32_t reason) {
    int none = SPL_RUN;
    atomic_compare_exchange_strong(&run->reason, &none, reason);
    atomic_fetch_add(&vm->turns_wanted, 1);
    send_signal(vm);
}

void spl_stop_served(spl_vm *vm) { atomic_fetch_sub(&vm->turns_wanted, 1); }

void spl_interrupt(spl_vm *vm, int32_t reason) {
    atomic_store(&vm->interrupt, reason);
    if (reason != SPL_RUN) send_signal(vm);
}

void spl_check_grace(spl_vm *vm) {
    atomic_store(&vm->must_check_grace, true);
    send_signal(vm);
}

spl_vm *spl_begin_running(spl_vm *vm) {
    if (vm->always_armed) return NULL;
    if (!is_unblocked) {
        // Threads of a pool are made with signals blocked.
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, STOP_SIGNAL);
        pthread_sigmask(SIG_UNBLOCK, &set, NULL);
        is_unblocked = true;
    }
    spl_vm *outer = running_here;
    running_here = vm;
    pthread_mutex_lock(&vm->running_lock);
    vm->runner = pthread_self();
    vm->is_running = true;
    pthread_mutex_unlock(&vm->running_lock);
    return outer;
}

void spl_end_running(spl_vm *vm, spl_vm *outer) {
    if (vm->always_armed) return;
    pthread_mutex_lock(&vm->running_lock);
    vm->is_running = false;
    atomic_store_explicit(&vm->current, NULL, memory_order_relaxed);
    pthread_mutex_unlock(&vm->running_lock);
    running_here = outer;
}

// Not if it is on: its count would begin anew, and a script that comes by often enough would never get to the end of it.
static void arm(spl_vm *vm, lua_State *L) {
    if (lua_gethookmask(L) == 0 || lua_gethookcount(L) != spl_hook_count(vm)) spl_arm_hook(vm, L);
}

lua_State *spl_enter_thread(spl_vm *vm, lua_State *thread) {
    lua_State *outer = atomic_load_explicit(&vm->current, memory_order_relaxed);
    // In this order: a signal that comes before the look at the flag arms the hook itself.
    atomic_store_explicit(&vm->current, thread, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (vm->always_armed || spl_needs_hook(vm)) arm(vm, thread);
    return outer;
}

void spl_leave_thread(spl_vm *vm, lua_State *outer) {
    atomic_store_explicit(&vm->current, outer, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    // A signal that came while the inner thread ran has armed only that.
    if (outer != NULL && spl_needs_hook(vm)) arm(vm, outer);
}
