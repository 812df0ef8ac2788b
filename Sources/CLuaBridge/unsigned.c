// Whole numbers from 2^63 to 2^64 - 1, for which Lua has no number: userdata that print, compare and calculate as what they
// are. Smaller ones are always Lua's own integers, so the two never mean the same number.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

// A whole number of either kind: sign and magnitude.
typedef struct {
    bool negative;
    uint64_t magnitude;
} whole;

static bool is_unsigned(lua_State *L, spl_vm *vm, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_checkstack(L, 1) || !lua_getmetatable(L, index)) return false;
    const void *address = lua_topointer(L, -1);
    lua_pop(L, 1);
    return address == vm->unsigned_mt;
}

bool spl_get_unsigned(spl_vm *vm, lua_State *L, int32_t index, uint64_t *value) {
    if (!is_unsigned(L, vm, index)) return false;
    memcpy(value, lua_touserdata(L, index), sizeof *value);
    return true;
}

// Equal numbers are the same object, so that == and table keys work as they do for other numbers.
void spl_push_unsigned(lua_State *L, spl_vm *vm, uint64_t value) {
    luaL_checkstack(L, 4, "too many values");
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->unsigned_values_ref);
    if (lua_rawgeti(L, -1, (lua_Integer)value) == LUA_TNIL) {
        lua_pop(L, 1);
        memcpy(lua_newuserdatauv(L, sizeof value, 0), &value, sizeof value);
        lua_rawgeti(L, LUA_REGISTRYINDEX, vm->unsigned_ref);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)value);
    }
    lua_remove(L, -2);
}

static void push_whole(lua_State *L, whole number) {
    if (number.magnitude <= INT64_MAX)
        lua_pushinteger(L, number.negative ? -(lua_Integer)number.magnitude : (lua_Integer)number.magnitude);
    else if (number.negative && number.magnitude == (uint64_t)1 << 63)
        lua_pushinteger(L, LUA_MININTEGER);
    else if (!number.negative)
        spl_push_unsigned(L, spl_vm_of(L), number.magnitude);
    else
        luaL_error(L, "the result is below -2^63");
}

// An operand of arithmetic. A float among them would make the result one, and lose digits.
static whole check_whole(lua_State *L, int index, const char *operation) {
    uint64_t value;
    if (spl_get_unsigned(spl_vm_of(L), L, index, &value)) return (whole){false, value};
    if (lua_isinteger(L, index)) {
        lua_Integer integer = lua_tointeger(L, index);
        return integer < 0 ? (whole){true, -(uint64_t)integer} : (whole){false, (uint64_t)integer};
    }
    luaL_error(L, "attempt to %s an unsigned integer and a %s: only integers keep all digits", operation,
               lua_type(L, index) == LUA_TNUMBER ? "float" : luaL_typename(L, index));
    return (whole){false, 0};
}

static int overflow(lua_State *L) { return luaL_error(L, "the result is beyond 2^64 - 1"); }

static int add(lua_State *L, whole a, whole b) {
    whole sum;
    if (a.negative == b.negative) {
        sum = (whole){a.negative, a.magnitude + b.magnitude};
        if (sum.magnitude < a.magnitude) return overflow(L);
    } else if (a.magnitude >= b.magnitude) {
        sum = (whole){a.negative, a.magnitude - b.magnitude};
    } else {
        sum = (whole){b.negative, b.magnitude - a.magnitude};
    }
    push_whole(L, sum);
    return 1;
}

static int unsigned_add(lua_State *L) { return add(L, check_whole(L, 1, "add"), check_whole(L, 2, "add")); }

static int unsigned_subtract(lua_State *L) {
    whole b = check_whole(L, 2, "subtract");
    b.negative = !b.negative;
    return add(L, check_whole(L, 1, "subtract"), b);
}

static int unsigned_multiply(lua_State *L) {
    whole a = check_whole(L, 1, "multiply"), b = check_whole(L, 2, "multiply");
    if (a.magnitude != 0 && b.magnitude > UINT64_MAX / a.magnitude) return overflow(L);
    push_whole(L, (whole){a.negative != b.negative, a.magnitude * b.magnitude});
    return 1;
}

// Towards minus infinity, and a remainder with the sign of the divisor, as Lua has both.
static int divide(lua_State *L, bool wants_remainder) {
    whole a = check_whole(L, 1, "divide"), b = check_whole(L, 2, "divide");
    if (b.magnitude == 0) return luaL_error(L, "attempt to perform 'n%s0'", wants_remainder ? "%%" : "//");
    uint64_t quotient = a.magnitude / b.magnitude, rest = a.magnitude % b.magnitude;
    bool rounds = rest != 0 && a.negative != b.negative;
    if (wants_remainder)
        push_whole(L, (whole){b.negative, rounds ? b.magnitude - rest : rest});
    else
        push_whole(L, (whole){a.negative != b.negative, quotient + rounds});
    return 1;
}

static int unsigned_divide(lua_State *L) { return divide(L, false); }
static int unsigned_remainder(lua_State *L) { return divide(L, true); }

static int unsigned_negate(lua_State *L) {
    whole a = check_whole(L, 1, "negate");
    a.negative = true;
    push_whole(L, a);
    return 1;
}

// -1, 0 or 1; 2 if the other is NaN.
static int compare_with_float(uint64_t value, double other) {
    if (isnan(other)) return 2;
    if (other >= 0x1p64) return -1;
    if (other < 0x1p63) return 1;  // every value is at least 2^63
    // In this range a double is whole.
    uint64_t exact = (uint64_t)other;
    return value < exact ? -1 : value > exact;
}

// How 1 compares with 2, one of which is unsigned.
static int compare(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    uint64_t a, b;
    bool left = spl_get_unsigned(vm, L, 1, &a), right = spl_get_unsigned(vm, L, 2, &b);
    if (left && right) return a < b ? -1 : a > b;
    int other = left ? 2 : 1;
    if (lua_type(L, other) != LUA_TNUMBER)
        return luaL_error(L, "attempt to compare an unsigned integer with a %s", luaL_typename(L, other));
    // Every integer is less than every unsigned one.
    int order = lua_isinteger(L, other) ? 1 : compare_with_float(left ? a : b, lua_tonumber(L, other));
    return order == 2 ? 2 : left ? order : -order;
}

static int unsigned_less(lua_State *L) {
    lua_pushboolean(L, compare(L) == -1);
    return 1;
}

static int unsigned_less_or_equal(lua_State *L) {
    int order = compare(L);
    lua_pushboolean(L, order == -1 || order == 0);
    return 1;
}

static int unsigned_tostring(lua_State *L) {
    uint64_t value;
    char text[24];
    if (!spl_get_unsigned(spl_vm_of(L), L, 1, &value)) return luaL_argerror(L, 1, "unsigned integer expected");
    snprintf(text, sizeof text, "%" PRIu64, value);
    lua_pushstring(L, text);
    return 1;
}

static void push_text(lua_State *L, int index) {
    if (is_unsigned(L, spl_vm_of(L), index)) {
        luaL_tolstring(L, index, NULL);
    } else if (lua_type(L, index) == LUA_TSTRING || lua_type(L, index) == LUA_TNUMBER) {
        lua_pushvalue(L, index);
    } else {
        luaL_error(L, "attempt to concatenate a %s value", luaL_typename(L, index));
    }
}

static int unsigned_concat(lua_State *L) {
    push_text(L, 1);
    push_text(L, 2);
    lua_concat(L, 2);
    return 1;
}

void spl_open_unsigned(lua_State *L, spl_vm *vm) {
    static const luaL_Reg events[] = {
        {"__add", unsigned_add},         {"__sub", unsigned_subtract},  {"__mul", unsigned_multiply},
        {"__idiv", unsigned_divide},     {"__mod", unsigned_remainder}, {"__unm", unsigned_negate},
        {"__lt", unsigned_less},         {"__le", unsigned_less_or_equal},
        {"__tostring", unsigned_tostring}, {"__concat", unsigned_concat}, {NULL, NULL},
    };
    lua_createtable(L, 0, 12);
    luaL_setfuncs(L, events, 0);
    lua_pushliteral(L, "unsigned integer");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    vm->unsigned_mt = lua_topointer(L, -1);
    vm->unsigned_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    vm->unsigned_values_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}
