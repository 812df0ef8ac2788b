// Values that Swift holds on to. Swift anchors from inside callbacks, where nothing may allocate, so slots are made
// beforehand: every slot below `anchors` exists in the table's array part, holding false while it is free.
#include <stdlib.h>

#include "internal.h"

// Room in the free list for every slot there is and one more, so that giving one back never needs any: a failed
// allocation may leave more slots than were ever free at once.
static void reserve_free_list(lua_State *L, spl_vm *vm) {
    if (vm->anchors < vm->free_capacity) return;
    int32_t capacity = vm->free_capacity ? vm->free_capacity * 2 : 64;
    int32_t *slots = realloc(vm->free_slots, (size_t)capacity * sizeof *slots);
    if (slots == NULL) luaL_error(L, "not enough memory");
    vm->free_slots = slots;
    vm->free_capacity = capacity;
}

void spl_reserve_anchors(lua_State *L, spl_vm *vm, int32_t count) {
    if (vm->free_count >= count) return;
    luaL_checkstack(L, 2, "too many values");
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->anchors_ref);
    // Doubling keeps the slots in the array part: at every step all keys 1…n are in use.
    int32_t wanted = vm->anchors + (count > vm->anchors ? count : vm->anchors);
    while (vm->anchors < wanted) {
        reserve_free_list(L, vm);
        lua_pushboolean(L, 0);
        lua_rawseti(L, -2, vm->anchors + 1);
        vm->anchors++;
        vm->free_slots[vm->free_count++] = vm->anchors;
    }
    lua_pop(L, 1);
}

int32_t spl_take_slot(spl_vm *vm) { return vm->free_count > 0 ? vm->free_slots[--vm->free_count] : -1; }

int32_t spl_anchor(spl_vm *vm, lua_State *L, int32_t index) {
    if (!lua_checkstack(L, 2)) return -1;
    index = lua_absindex(L, index);
    int32_t slot = spl_take_slot(vm);
    if (slot < 0) return -1;
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->anchors_ref);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, slot);
    lua_pop(L, 1);
    return slot;
}

void spl_unanchor(spl_vm *vm, int32_t slot) {
    lua_State *M = vm->main;
    lua_rawgeti(M, LUA_REGISTRYINDEX, vm->anchors_ref);
    lua_pushboolean(M, 0);
    lua_rawseti(M, -2, slot);
    lua_pop(M, 1);
    vm->free_slots[vm->free_count++] = slot;
}
