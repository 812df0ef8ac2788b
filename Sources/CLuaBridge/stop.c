// How a task is stopped.
//
// A stop is an error, raised where the task stands: it unwinds the stack in Lua's own order, and <close> variables, which
// run inside a protected call (guard.c), may wait. It is not an error that a script can catch: pcall and its like compare the
// epoch of the stop in force with the one they began under, and raise it again if it is another.
//
// A task goes through three epochs: 0; that of its stop, while its <close> variables run; and that of the end of their
// grace period, in which they get a limited number of instructions.
#include "internal.h"

// TURN: it yields and goes on later.
enum { GO_ON, TURN, YIELD, RAISE };

int32_t spl_run_reason(const spl_run *run) {
    for (; run != NULL; run = run->outer) {
        int reason = atomic_load_explicit(&run->reason, memory_order_relaxed);
        if (reason != SPL_RUN) return reason;
    }
    return SPL_RUN;
}

// Why the running task is to be stopped: because of its run, or because it runs.
static int interruption(const spl_vm *vm) {
    int reason = atomic_load_explicit(&vm->interrupt, memory_order_relaxed);
    return reason != SPL_RUN ? reason : spl_run_reason(vm->run);
}

int32_t spl_wanted_stop(const spl_vm *vm) {
    if (vm->epoch == 0) return interruption(vm);
    bool may_be_over = vm->is_over || atomic_load_explicit(&vm->must_check_grace, memory_order_relaxed);
    return may_be_over ? vm->reason : SPL_RUN;
}

static bool wants_turn(const spl_vm *vm) { return atomic_load_explicit(&vm->turns_wanted, memory_order_relaxed) > 0; }

bool spl_needs_hook(spl_vm *vm) {
    if (vm->pending != SPL_RUN || wants_turn(vm)) return true;
    if (vm->epoch == 0) return interruption(vm) != SPL_RUN;
    return vm->is_over || !vm->is_watched || atomic_load_explicit(&vm->must_check_grace, memory_order_relaxed);
}

static int begin_end(spl_vm *vm, uint64_t epoch) {
    vm->is_over = true;
    vm->last_steps = spl_last_steps(vm);
    vm->epoch = epoch;
    return RAISE;
}

int64_t spl_last_steps(const spl_vm *vm) { return (int64_t)SPL_LAST_PERIODS * vm->hook_count; }

// What running code must do. `can_yield`: whether it may be here, as far as that is not Lua's to say. `steps`: what it has
// done since it was asked last.
static int decide(spl_vm *vm, lua_State *L, bool can_yield, int steps) {
    if (vm->pending != SPL_RUN) {
        vm->reason = vm->pending;
        vm->epoch = vm->pending_epoch;
        vm->pending = SPL_RUN;
        return RAISE;
    }
    can_yield = can_yield && spl_can_wait(vm, L);
    int go_on = can_yield && wants_turn(vm) ? TURN : GO_ON;
    if (vm->epoch == 0) {
        int reason = interruption(vm);
        if (reason == SPL_RUN) return go_on;
        // The host first stops what belongs to the task, and then resumes it to be stopped.
        if (can_yield) return YIELD;
        vm->reason = reason;
        vm->epoch = vm->host.stop(vm->host.context, reason);
        return RAISE;
    }
    if (!vm->is_over) {
        bool must_check_grace = atomic_exchange_explicit(&vm->must_check_grace, false, memory_order_relaxed);
        if (vm->is_watched && !must_check_grace) return go_on;
        vm->is_watched = true;
        uint64_t end = vm->host.grace(vm->host.context);
        return end == 0 ? go_on : begin_end(vm, end);
    }
    if (vm->last_steps > 0) {
        vm->last_steps -= steps;
        return GO_ON;
    }
    vm->epoch = SPL_LAST_EPOCH;
    return RAISE;
}

// Raised inside one, a stop would be the error of a handler of errors.
static bool is_handler(lua_State *L, lua_Debug *ar) {
    lua_getinfo(L, "f", ar);
    bool result = spl_is_handler(lua_tocfunction(L, -1));
    lua_pop(L, 1);
    return result;
}

// At every so many instructions. Calls are looked at where Lua cannot yield: of a C function that calls C functions, such as
// table.sort with one as its comparator, nothing else is seen.
static void hook(lua_State *L, lua_Debug *ar) {
    spl_vm *vm = spl_vm_of(L);
    bool is_count = ar->event == LUA_HOOKCOUNT;
    if (!is_count && (spl_can_wait(vm, L) || is_handler(L, ar))) return;
    switch (decide(vm, L, is_count, is_count ? lua_gethookcount(L) : 1)) {
        case YIELD:
        case TURN:
            vm->killed = true;
            lua_yield(L, 0);
            return;
        case RAISE:
            spl_arm_hook(vm, L);
            vm->may_be_deep = true;
            if (spl_gives_up(vm, L))
                lua_yield(L, 0);
            else
                spl_raise_stop(L, vm->reason);
            return;
        default:
            if (!vm->always_armed && !spl_needs_hook(vm))
                lua_sethook(L, NULL, 0, 0);
            else if (is_count)  // the count begins anew
                spl_arm_hook(vm, L);
    }
}

void spl_poll(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (!spl_needs_hook(vm)) return;
    switch (decide(vm, L, true, vm->hook_count)) {
        case YIELD:
            vm->killed = true;
            lua_yield(L, 0);  // out of a C function this does not return
            return;
        case RAISE:
            vm->may_be_deep = true;
            spl_unwind(L);
            return;
        default: return;  // a turn would lose what the function has done
    }
}

int spl_stop_here(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    decide(vm, L, true, 0);
    if (vm->always_armed || spl_needs_hook(vm)) spl_arm_hook(vm, L);  // no longer at every instruction
    vm->may_be_deep = true;
    return spl_unwind(L);
}

int spl_unwind(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (spl_gives_up(vm, L)) return lua_yield(L, 0);
    return spl_raise_stop(L, vm->reason);
}

// Every protected call on the way of an error looks at the whole stack once more (luaD_shrinkstack), so that unwinding a
// runaway recursion of them takes the square of its depth: hours at what a stack can hold. Deeper ones than this, whose
// unwinding takes a tenth of a second, are reset instead.
#define DEEPEST_UNWINDING 10000

bool spl_is_deep(lua_State *L) {
    lua_Debug ar;
    return lua_getstack(L, DEEPEST_UNWINDING, &ar);
}

bool spl_gives_up(spl_vm *vm, lua_State *L) {
    // Inside a call of C the error first has to get out of it, which takes no time.
    if (!vm->may_be_deep || !spl_can_wait(vm, L)) return false;
    vm->may_be_deep = false;
    vm->gave_up = spl_is_deep(L);
    return vm->gave_up;
}

int spl_reset_thread(spl_vm *vm, lua_State *thread) {
    if (vm->resets >= SPL_MAX_RESETS) return LUA_ERRERR;
    vm->resets++;
    vm->unyieldable++;
    lua_State *outer = spl_enter_thread(vm, thread);
    int status = lua_resetthread(thread);
    spl_leave_thread(vm, outer);
    vm->unyieldable--;
    vm->resets--;
    return status;
}

void spl_reset_stopped(spl_vm *vm, lua_State *thread) {
    bool was_over = vm->is_over;
    uint64_t epoch = vm->epoch;
    vm->is_over = true;
    vm->last_steps = spl_last_steps(vm);
    vm->gave_up = false;
    spl_reset_thread(vm, thread);
    vm->is_over = was_over;
    vm->epoch = epoch;
}

// A script that must stop does so at its next instruction; cleaning up is looked at now and then.
int spl_hook_count(const spl_vm *vm) {
    bool must_stop = vm->pending != SPL_RUN || (vm->epoch == 0 && interruption(vm) != SPL_RUN)
                     || (vm->is_over && vm->last_steps <= 0)
                     || (vm->epoch != 0 && atomic_load_explicit(&vm->must_check_grace, memory_order_relaxed));
    return must_stop ? 1 : vm->hook_count;
}

void spl_arm_hook(spl_vm *vm, lua_State *L) { lua_sethook(L, hook, LUA_MASKCOUNT | LUA_MASKCALL, spl_hook_count(vm)); }

// One endless loop in liblua, a __call that is its own, does nothing but grow its stack: this is where it ends. Strings
// and buffers, which <close> variables may want to write, come with a kind or grow in place.
bool spl_refuses_block(spl_vm *vm, const void *block, size_t kind) {
    if (vm->epoch == 0) return interruption(vm) != SPL_RUN;
    bool may_be_over = vm->is_over || atomic_load_explicit(&vm->must_check_grace, memory_order_relaxed);
    return may_be_over || (block == NULL && kind == LUA_TNIL);
}
