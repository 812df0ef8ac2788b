// Calls in both directions, and the waits between them.
#include <string.h>

#include "internal.h"

static int finish(lua_State *L, spl_vm *vm, int32_t code, size_t start, size_t outer);

static int push_protected(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    return spl_push_buffer(L, vm, vm->start);
}

// Pushes what Swift put since `start` and drops it from the buffer, also when memory runs out half-way.
static int push_results(lua_State *L, spl_vm *vm, size_t start, size_t outer) {
    int count, status = LUA_OK;
    if (!vm->allocates && !vm->put_failed) {
        count = spl_push_buffer(L, vm, start);
    } else {
        int base = lua_gettop(L);
        vm->start = start;
        size_t end = vm->length;
        lua_pushcfunction(L, push_protected);
        status = lua_pcall(L, 0, LUA_MULTRET, 0);
        count = lua_gettop(L) - base;
        vm->length = end;
        if (status != LUA_OK) spl_release_buffer(vm, start);
    }
    vm->length = start;
    vm->start = outer;
    vm->allocates = false;
    vm->put_failed = false;
    if (status != LUA_OK) return lua_error(L);
    return count;
}

static int continuation(lua_State *L, int status, lua_KContext ticket) {
    (void)status;
    spl_vm *vm = spl_vm_of(L);
    if (vm->pending != SPL_RUN) return spl_stop_here(L);
    spl_reserve_anchors(L, vm, SPL_ANCHORS_PER_CALL);
    size_t start = vm->length, outer = vm->start;
    vm->start = start;
    vm->allocates = false;
    int32_t code = vm->host.take(vm->host.context, L, (uint64_t)ticket);
    return finish(L, vm, code, start, outer);
}

static int transfer(lua_State *L, spl_vm *vm, int32_t code) {
    lua_State *from = vm->transfer;
    vm->transfer = NULL;
    if (code == SPL_TRANSFER_RAISE) {
        if (!lua_checkstack(from, 1)) return luaL_error(L, "not enough memory");
        lua_pushvalue(from, -1);
        lua_xmove(from, L, 1);
        return lua_error(L);
    }
    int32_t count = vm->transfer_count;
    luaL_checkstack(L, count, "too many results");
    if (!lua_checkstack(from, 1)) return luaL_error(L, "not enough memory");
    for (int32_t i = 1; i <= count; i++) {
        lua_pushvalue(from, i);
        lua_xmove(from, L, 1);
    }
    return count;
}

static int finish(lua_State *L, spl_vm *vm, int32_t code, size_t start, size_t outer) {
    switch (code) {
        case SPL_RETURN: return push_results(L, vm, start, outer);
        case SPL_WAIT:
            vm->start = outer;
            vm->host_yield = true;
            lua_settop(L, 0);  // a wait of an hour must not keep the arguments alive
            return lua_yieldk(L, 0, (lua_KContext)vm->ticket, continuation);
        case SPL_TRANSFER:
        case SPL_TRANSFER_RAISE: vm->start = outer; return transfer(L, vm, code);
        default:
            push_results(L, vm, start, outer);
            spl_complete_error(L, vm, 1);
            return lua_error(L);
    }
}

static void read_scalar(lua_State *L, int index, spl_scalar *value) {
    value->is_integer = lua_isinteger(L, index);
    if (value->is_integer) {
        value->type = LUA_TNUMBER;
        value->integer = lua_tointeger(L, index);
        return;
    }
    value->type = lua_type(L, index);
    if (value->type == LUA_TNUMBER) value->number = lua_tonumber(L, index);
}

static int push_scalar(lua_State *L, const spl_scalar *value) {
    switch (value->type) {
        case LUA_TNUMBER:
            if (value->is_integer)
                lua_pushinteger(L, value->integer);
            else
                lua_pushnumber(L, value->number);
            break;
        case LUA_TBOOLEAN: lua_pushboolean(L, value->integer != 0); break;
        default: lua_pushnil(L);
    }
    return 1;
}

static int call_host(lua_State *L, spl_vm *vm) {
    if (vm->free_count < SPL_ANCHORS_PER_CALL) spl_reserve_anchors(L, vm, SPL_ANCHORS_PER_CALL);
    size_t start = vm->length, outer = vm->start;
    vm->start = start;
    vm->allocates = false;
    spl_scalar arguments[SPL_ARGUMENTS_PASSED], result;
    int count = lua_gettop(L);
    for (int i = 0; i < count && i < SPL_ARGUMENTS_PASSED; i++) read_scalar(L, i + 1, &arguments[i]);
    const void *function = lua_touserdata(L, lua_upvalueindex(1));
    int32_t code = vm->host.call(vm->host.context, L, function, count, arguments, &result);
    if (code != SPL_RETURN_SCALAR) return finish(L, vm, code, start, outer);
    vm->start = outer;
    return push_scalar(L, &result);
}

int spl_call(lua_State *L) { return call_host(L, spl_vm_of(L)); }

int spl_call_waiting(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    // Before Swift starts anything: a prediction that is created and cannot be waited for would be paid for and lost.
    if (vm->pending != SPL_RUN) return spl_stop_here(L);
    if (!spl_can_wait(vm, L)) return spl_raise_cannot_wait(L);
    return call_host(L, vm);
}

// spawn(f, …): a new thread of the host. All that can raise happens before Swift is called.
static int spawn(lua_State *L, bool is_helper) {
    spl_vm *vm = spl_vm_of(L);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    if (vm->is_deepest) return spl_raise_too_deep(L);
    int count = lua_gettop(L);
    spl_reserve_anchors(L, vm, SPL_ANCHORS_PER_CALL);
    spl_object *object = lua_newuserdatauv(L, sizeof *object, 0);
    object->handle = 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->class_refs[0]);  // the task class is always the first
    lua_setmetatable(L, -2);
    lua_State *thread = lua_newthread(L);
    spl_set_tag(thread, SPL_TAG_TASK);
    luaL_checkstack(L, count + 2, "too many arguments");
    if (!lua_checkstack(thread, count + 3)) return luaL_error(L, "too many arguments");
    int32_t slot = spl_anchor(vm, L, -1);
    lua_pop(L, 1);
    lua_pushcfunction(thread, spl_run_task);
    for (int i = 1; i <= count; i++) lua_pushvalue(L, i);
    lua_xmove(L, thread, count);
    object->handle = vm->host.spawn(vm->host.context, L, thread, slot, is_helper);
    return 1;
}

int spl_spawn(lua_State *L) { return spawn(L, false); }
int spl_spawn_helper(lua_State *L) { return spawn(L, true); }

// --- From Swift ---

typedef struct {
    spl_vm *vm;
    const char *source, *name;
    size_t length;
    int32_t function, slot;
    bool in_session;
    int32_t status;  // of compiling
    lua_State *thread;
} new_thread;

static int make_thread(lua_State *L) {
    new_thread *request = lua_touserdata(L, 1);
    spl_vm *vm = request->vm;
    spl_reserve_anchors(L, vm, 2);
    lua_State *thread = lua_newthread(L);
    spl_set_tag(thread, SPL_TAG_TASK);
    lua_pushcfunction(thread, spl_run_task);
    if (request->source != NULL) {
        // Text only: bytecode can crash the machine.
        request->status = spl_load_text(L, request->source, request->length, request->name);
        if (request->status != SPL_OK) return lua_error(L);
        lua_xmove(L, thread, 1);
        if (request->in_session) {
            lua_rawgeti(thread, LUA_REGISTRYINDEX, vm->scope_ref);
            lua_setupvalue(thread, -2, 1);  // a chunk's first one is its _ENV
        }
    } else {
        lua_rawgeti(L, LUA_REGISTRYINDEX, vm->anchors_ref);
        lua_rawgeti(L, -1, request->function);
        lua_xmove(L, thread, 1);
        lua_pop(L, 1);
    }
    int count = spl_push_buffer(L, vm, vm->start);
    if (!lua_checkstack(thread, count)) return luaL_error(L, "too many arguments");
    lua_xmove(L, thread, count);
    request->slot = spl_anchor(vm, L, -1);
    request->thread = thread;
    return 0;
}

static lua_State *start_thread(spl_vm *vm, new_thread *request, int32_t *slot) {
    size_t end = vm->length;
    bool made = spl_protected(vm, make_thread, request);
    vm->length = end;
    if (!made) spl_release_buffer(vm, vm->start);
    vm->length = vm->start;
    vm->allocates = vm->put_failed = false;
    // spl_protected has set the status of a runtime error; only make_thread knows that the source did not compile.
    if (!made && request->status != SPL_OK) vm->failure_status = request->status;
    if (!made) return NULL;
    *slot = request->slot;
    return request->thread;
}

lua_State *spl_thread_load(spl_vm *vm, const char *source, size_t length, const char *name, int32_t *slot) {
    new_thread request = {.vm = vm, .source = source, .length = length, .name = name};
    return start_thread(vm, &request, slot);
}

lua_State *spl_thread_load_session(spl_vm *vm, const char *source, size_t length, const char *name, int32_t *slot) {
    new_thread request = {.vm = vm, .source = source, .length = length, .name = name, .in_session = true};
    return start_thread(vm, &request, slot);
}

lua_State *spl_thread_call(spl_vm *vm, int32_t function_slot, int32_t *slot) {
    new_thread request = {.vm = vm, .function = function_slot};
    return start_thread(vm, &request, slot);
}

typedef struct {
    lua_State *thread;
    int status, count;
} resumption;

static int resume(lua_State *L) {
    resumption *request = lua_touserdata(L, 1);
    lua_State *thread = request->thread;
    // A fresh thread has its body, and what that takes, on the stack; a suspended one has nothing to be passed.
    int count = lua_status(thread) == LUA_YIELD ? 0 : lua_gettop(thread) - 1;
    spl_vm *vm = spl_vm_of(L);
    lua_State *outer = spl_enter_thread(vm, thread);
    request->status = lua_resume(thread, L, count, &request->count);
    spl_leave_thread(vm, outer);
    return 0;
}

static int reset(lua_State *L) {
    spl_reset_stopped(spl_vm_of(L), lua_touserdata(L, 1));
    return 0;
}

spl_outcome spl_resume(spl_vm *vm, lua_State *thread, spl_stop stop) {
    resumption request = {.thread = thread, .status = LUA_ERRERR, .count = 0};
    vm->host_yield = vm->killed = vm->gave_up = vm->may_be_deep = false;
    vm->pending = stop.raised;
    vm->pending_epoch = stop.epoch;
    vm->epoch = stop.raised == SPL_RUN ? stop.epoch : stop.former_epoch;
    vm->run = stop.run;
    vm->random = NULL;
    vm->is_deepest = stop.is_deepest;
    vm->is_watched = stop.is_watched;
    vm->is_over = stop.is_over;
    vm->last_steps = spl_last_steps(vm);
    spl_vm *outer = spl_begin_running(vm);
    bool ran = spl_protected(vm, resume, &request);
    if (ran && vm->gave_up) {
        spl_protected(vm, reset, thread);
        request.status = LUA_ERRERR;
        request.count = 0;
    }
    spl_end_running(vm, outer);
    vm->pending = SPL_RUN;
    vm->epoch = 0;
    vm->run = NULL;
    vm->random = NULL;
    spl_outcome outcome = {.status = SPL_FAILED, .count = ran ? request.count : -1};
    if (ran && request.status == LUA_OK) outcome.status = SPL_FINISHED;
    if (ran && request.status == LUA_YIELD) outcome.status = vm->killed ? SPL_STOPPED : SPL_WAITING;
    return outcome;
}
