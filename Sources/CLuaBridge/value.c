// Values in both directions. Swift → Lua goes through a buffer of small instructions for a stack machine; it is
// re-read by offset, since pushing can collect garbage, whose finalisers may call Swift and grow the buffer.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

_Static_assert(SPL_TNIL == LUA_TNIL && SPL_TTABLE == LUA_TTABLE && SPL_TTHREAD == LUA_TTHREAD, "Lua's type numbers");

enum {
    OP_NIL,
    OP_FALSE,
    OP_TRUE,
    OP_INTEGER,
    OP_NUMBER,
    OP_NULL,
    OP_ANCHOR,
    OP_STRING,
    OP_TABLE,
    OP_ENTRY,
    OP_ITEM,
    OP_OBJECT,
    OP_ERROR,
    OP_UNSIGNED,
};

// --- Writing ---

static uint8_t *extend(spl_vm *vm, size_t count) {
    if (vm->put_failed) return NULL;
    if (vm->capacity - vm->length < count) {
        size_t capacity = vm->capacity ? vm->capacity * 2 : 256;
        while (capacity - vm->length < count) capacity *= 2;
        uint8_t *buffer = realloc(vm->buffer, capacity);
        if (buffer == NULL) {
            vm->put_failed = true;
            return NULL;
        }
        vm->buffer = buffer;
        vm->capacity = capacity;
    }
    uint8_t *end = vm->buffer + vm->length;
    vm->length += count;
    return end;
}

void spl_fail_put(spl_vm *vm) { vm->put_failed = true; }

static void put(spl_vm *vm, uint8_t op, const void *operand, size_t size) {
    uint8_t *target = extend(vm, 1 + size);
    if (target == NULL) return;
    *target = op;
    if (size) memcpy(target + 1, operand, size);
    if (op >= OP_STRING) vm->allocates = true;
}

void spl_put_nil(spl_vm *vm) { put(vm, OP_NIL, NULL, 0); }
void spl_put_boolean(spl_vm *vm, bool value) { put(vm, value ? OP_TRUE : OP_FALSE, NULL, 0); }
void spl_put_integer(spl_vm *vm, int64_t value) { put(vm, OP_INTEGER, &value, sizeof value); }
void spl_put_number(spl_vm *vm, double value) { put(vm, OP_NUMBER, &value, sizeof value); }
void spl_put_unsigned(spl_vm *vm, uint64_t value) {
    if (value <= INT64_MAX)
        spl_put_integer(vm, (int64_t)value);
    else
        put(vm, OP_UNSIGNED, &value, sizeof value);
}

void spl_put_null(spl_vm *vm) { put(vm, OP_NULL, NULL, 0); }
void spl_put_entry(spl_vm *vm) { put(vm, OP_ENTRY, NULL, 0); }
void spl_put_item(spl_vm *vm, int64_t index) { put(vm, OP_ITEM, &index, sizeof index); }
void spl_put_anchor(spl_vm *vm, int32_t slot) { put(vm, OP_ANCHOR, &slot, sizeof slot); }
void spl_put_error(spl_vm *vm) { put(vm, OP_ERROR, NULL, 0); }

void spl_put_string(spl_vm *vm, const void *bytes, size_t length) {
    put(vm, OP_STRING, &length, sizeof length);
    uint8_t *target = extend(vm, length);
    if (target != NULL && length > 0) memcpy(target, bytes, length);
}

void spl_put_table(spl_vm *vm, int32_t items, int32_t entries, int32_t shape) {
    int32_t operand[3] = {items, entries, shape};
    put(vm, OP_TABLE, operand, sizeof operand);
}

size_t spl_get_put_length(const spl_vm *vm) { return vm->length; }

void spl_set_table_size(spl_vm *vm, size_t table, int32_t items, int32_t entries) {
    if (vm->put_failed) return;  // the table may not be there
    int32_t operand[2] = {items, entries};
    memcpy(vm->buffer + table + 1, operand, sizeof operand);
}

typedef struct {
    uint64_t handle;
    int32_t class_id;
} object_operand;

void spl_put_object(spl_vm *vm, int32_t class_id, uint64_t handle) {
    object_operand operand;
    memset(&operand, 0, sizeof operand);
    operand.handle = handle;
    operand.class_id = class_id;
    bool failed_before = vm->put_failed;
    put(vm, OP_OBJECT, &operand, sizeof operand);
    // What never got into the buffer cannot be released with it.
    if (vm->put_failed || failed_before) vm->host.release(vm->host.context, handle);
}

void spl_set_ticket(spl_vm *vm, uint64_t ticket) { vm->ticket = ticket; }

void spl_set_transfer(spl_vm *vm, lua_State *thread, int32_t count) {
    vm->transfer = thread;
    vm->transfer_count = count;
}

void spl_reset_buffer(spl_vm *vm) {
    spl_release_buffer(vm, vm->start);
    vm->length = vm->start;
    vm->allocates = false;
    vm->put_failed = false;
}

// --- From the buffer to Lua ---

static size_t operand_size(uint8_t op) {
    switch (op) {
        case OP_INTEGER:
        case OP_ITEM: return sizeof(int64_t);
        case OP_NUMBER: return sizeof(double);
        case OP_UNSIGNED: return sizeof(uint64_t);
        case OP_ANCHOR: return sizeof(int32_t);
        case OP_STRING: return sizeof(size_t);
        case OP_TABLE: return 3 * sizeof(int32_t);
        case OP_OBJECT: return sizeof(object_operand);
        default: return 0;
    }
}

void spl_release_buffer(spl_vm *vm, size_t at) {
    size_t end = vm->length;
    while (at < end) {
        uint8_t op = vm->buffer[at++];
        if (op == OP_STRING) {
            size_t length;
            memcpy(&length, vm->buffer + at, sizeof length);
            at += length;
        } else if (op == OP_OBJECT) {
            object_operand operand;
            memcpy(&operand, vm->buffer + at, sizeof operand);
            if (operand.handle != 0) vm->host.release(vm->host.context, operand.handle);
        }
        at += operand_size(op);
    }
}

static void push_object(lua_State *L, spl_vm *vm, size_t at) {
    object_operand operand;
    memcpy(&operand, vm->buffer + at, sizeof operand);
    spl_object *object = lua_newuserdatauv(L, sizeof *object, 0);
    object->handle = operand.handle;
    // From here on the userdata owns the handle; spl_release_buffer must not release it a second time.
    operand.handle = 0;
    memcpy(vm->buffer + at, &operand, sizeof operand);
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->class_refs[operand.class_id]);
    lua_setmetatable(L, -2);
}

int spl_push_buffer(lua_State *L, spl_vm *vm, size_t at) {
    if (vm->put_failed) luaL_error(L, "not enough memory");
    int base = lua_gettop(L);
    size_t end = vm->length;
    while (at < end) {
        luaL_checkstack(L, 3, "too many values");
        uint8_t op = vm->buffer[at++];
        const uint8_t *operand = vm->buffer + at;
        size_t size = operand_size(op);
        switch (op) {
            case OP_NIL: lua_pushnil(L); break;
            case OP_FALSE: lua_pushboolean(L, 0); break;
            case OP_TRUE: lua_pushboolean(L, 1); break;
            case OP_NULL: lua_pushlightuserdata(L, NULL); break;
            case OP_INTEGER: {
                int64_t value;
                memcpy(&value, operand, sizeof value);
                lua_pushinteger(L, value);
                break;
            }
            case OP_NUMBER: {
                double value;
                memcpy(&value, operand, sizeof value);
                lua_pushnumber(L, value);
                break;
            }
            case OP_ANCHOR: {
                int32_t slot;
                memcpy(&slot, operand, sizeof slot);
                lua_rawgeti(L, LUA_REGISTRYINDEX, vm->anchors_ref);
                lua_rawgeti(L, -1, slot);
                lua_remove(L, -2);
                break;
            }
            case OP_STRING: {
                size_t length;
                memcpy(&length, operand, sizeof length);
                lua_pushlstring(L, (const char *)operand + size, length);
                size += length;
                break;
            }
            case OP_TABLE: {
                int32_t parts[3];
                memcpy(parts, operand, sizeof parts);
                lua_createtable(L, parts[0], parts[1]);
                if (parts[2] != SPL_SHAPE_PLAIN) {
                    int ref = parts[2] == SPL_SHAPE_ARRAY    ? vm->array_ref
                              : parts[2] == SPL_SHAPE_RECORD ? vm->record_ref
                                                             : vm->object_ref;
                    lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
                    lua_setmetatable(L, -2);
                }
                break;
            }
            case OP_ENTRY: lua_rawset(L, -3); break;
            case OP_ITEM: {
                int64_t index;
                memcpy(&index, operand, sizeof index);
                lua_rawseti(L, -2, index);
                break;
            }
            case OP_OBJECT: push_object(L, vm, at); break;
            case OP_UNSIGNED: {
                uint64_t value;
                memcpy(&value, operand, sizeof value);
                spl_push_unsigned(L, vm, value);
                break;
            }
            case OP_ERROR:
                lua_rawgeti(L, LUA_REGISTRYINDEX, vm->error_ref);
                lua_setmetatable(L, -2);
                break;
        }
        at += size;
    }
    return lua_gettop(L) - base;
}

// --- Reading ---

int32_t spl_get_top(lua_State *L) { return lua_gettop(L); }
int32_t spl_get_type(lua_State *L, int32_t index) { return lua_type(L, index); }
bool spl_get_boolean(lua_State *L, int32_t index) { return lua_toboolean(L, index); }
bool spl_is_integer(lua_State *L, int32_t index) { return lua_isinteger(L, index); }
int64_t spl_get_integer(lua_State *L, int32_t index) { return lua_tointegerx(L, index, NULL); }
double spl_get_number(lua_State *L, int32_t index) { return lua_tonumberx(L, index, NULL); }

const char *spl_get_string(lua_State *L, int32_t index, size_t *length) {
    return lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, length) : NULL;
}

// The address of a value's metatable, NULL without one.
static const void *metatable(lua_State *L, int32_t index) {
    if (!lua_checkstack(L, 1) || !lua_getmetatable(L, index)) return NULL;
    const void *address = lua_topointer(L, -1);
    lua_pop(L, 1);
    return address;
}

uint64_t spl_get_object(spl_vm *vm, lua_State *L, int32_t index) {
    if (lua_type(L, index) != LUA_TUSERDATA) return 0;
    const void *address = metatable(L, index);
    for (int i = 0; address != NULL && i < vm->classes; i++)
        if (vm->class_mts[i] == address) return ((spl_object *)lua_touserdata(L, index))->handle;
    return 0;
}

bool spl_is_null(lua_State *L, int32_t index) {
    return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == NULL;
}

int32_t spl_get_shape(spl_vm *vm, lua_State *L, int32_t index) {
    const void *address = metatable(L, index);
    if (address == NULL) return SPL_SHAPE_PLAIN;
    if (address == vm->array_mt) return SPL_SHAPE_ARRAY;
    // A record's names are checked when a script reads it; as a value it is an object.
    return address == vm->object_mt || address == vm->record_mt ? SPL_SHAPE_OBJECT : SPL_SHAPE_PLAIN;
}

bool spl_is_error(spl_vm *vm, lua_State *L, int32_t index) {
    return lua_type(L, index) == LUA_TTABLE && metatable(L, index) == vm->error_mt;
}

const void *spl_get_identity(lua_State *L, int32_t index) { return lua_topointer(L, index); }
bool spl_walk(lua_State *L) { return lua_checkstack(L, 4); }
bool spl_next(lua_State *L, int32_t table) { return lua_next(L, table); }
int64_t spl_get_length(lua_State *L, int32_t index) { return (int64_t)lua_rawlen(L, index); }

int64_t spl_get_list_length(lua_State *L, int32_t table) {
    lua_Integer count = 0, largest = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        lua_Integer key = lua_isinteger(L, -1) ? lua_tointegerx(L, -1, NULL) : 0;
        if (key < 1) {
            lua_pop(L, 1);
            return -1;
        }
        count++;
        if (key > largest) largest = key;
    }
    return largest == count ? count : -1;
}

void spl_push_element(lua_State *L, int32_t table, int64_t index) { lua_rawgeti(L, table, index); }
void spl_push_nil(lua_State *L) { lua_pushnil(L); }
void spl_pop(lua_State *L, int32_t count) { lua_pop(L, count); }

int32_t spl_get_line(lua_State *L, char *source, size_t size) {
    lua_Debug ar;
    // Fills a record of fixed size: it neither allocates nor raises.
    for (int level = 1; lua_getstack(L, level, &ar) && lua_getinfo(L, "Sl", &ar); level++) {
        // "=[…]" names the host's own Lua code.
        if (ar.currentline <= 0 || strncmp(ar.source, "=[", 2) == 0) continue;
        strncpy(source, ar.short_src, size - 1);
        source[size - 1] = 0;
        return ar.currentline;
    }
    return 0;
}

bool spl_can_wait(spl_vm *vm, lua_State *L) { return vm->unyieldable == 0 && lua_isyieldable(L); }
