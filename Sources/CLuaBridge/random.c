// math.random and math.randomseed with a stream for each place in a script's run, so that what one task draws does not depend
// on what others have drawn meanwhile. The generator is xoshiro256**, as in Lua 5.4.
#include <string.h>

#include "internal.h"

static uint64_t rotated(uint64_t value, int count) { return value << count | value >> (64 - count); }

static uint64_t next(spl_random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotated(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotated(s[3], 45);
    return result;
}

// splitmix64: one step for each word, so that seeds that are alike begin streams that are not.
void spl_seed_random(spl_random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15;
        uint64_t mixed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
        random->state[i] = mixed ^ mixed >> 31;
    }
}

void spl_set_random(spl_vm *vm, spl_random *random) { vm->random = random; }

static spl_random *current(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (vm->random == NULL) vm->host.random(vm->host.context);
    return vm->random;
}

// 0 … most, each as likely: draws that are too large are drawn again, from as few bits as hold `most`.
static uint64_t below(spl_random *random, uint64_t most) {
    uint64_t mask = most;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    uint64_t drawn;
    do drawn = next(random) & mask;
    while (drawn > most);
    return drawn;
}

// random() → a float of [0, 1); random(n) → 1 … n; random(m, n) → m … n; random(0) → any integer.
static int draw(lua_State *L) {
    spl_random *random = current(L);
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
        case 0:
            lua_pushnumber(L, (lua_Number)(next(random) >> 11) * 0x1p-53);
            return 1;
        case 1:
            high = luaL_checkinteger(L, 1);
            if (high == 0) {
                lua_pushinteger(L, (lua_Integer)next(random));
                return 1;
            }
            break;
        case 2:
            low = luaL_checkinteger(L, 1);
            high = luaL_checkinteger(L, 2);
            break;
        default: return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + below(random, (uint64_t)high - (uint64_t)low)));
    return 1;
}

static uint64_t seed_argument(lua_State *L, int index) {
    lua_Number number = luaL_checknumber(L, index);
    int is_integer;
    lua_Integer integer = lua_tointegerx(L, index, &is_integer);
    if (is_integer) return (uint64_t)integer;
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

// Seeds the stream of this place, and those of the places that begin below it afterwards. The host has the last word: a run that
// is begun again goes on with the seeds that it had. Returns the seed that counts, as two integers.
static int seed(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    uint64_t given = 0;
    bool is_given = !lua_isnone(L, 1);
    if (is_given) given = seed_argument(L, 1);
    if (is_given && !lua_isnoneornil(L, 2)) given ^= rotated(seed_argument(L, 2) * 0x9e3779b97f4a7c15, 32);
    lua_pushinteger(L, (lua_Integer)vm->host.seed(vm->host.context, is_given, given));
    lua_pushinteger(L, 0);
    return 2;
}

void spl_open_random(lua_State *L) {
    lua_getglobal(L, LUA_MATHLIBNAME);
    lua_pushcfunction(L, draw);
    lua_setfield(L, -2, "random");
    lua_pushcfunction(L, seed);
    lua_setfield(L, -2, "randomseed");
    lua_pop(L, 1);
}
