#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct spx_stop {
    atomic_bool is_set;
};

// How many threads work with libvips now, and how many wait to. Not the system's read-write lock: a thread that waits for
// one cannot be interrupted.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int working, waiting_alone;
static bool is_alone;

static _Thread_local spx_stop *watched;
static _Thread_local bool entered_alone;

spx_stop *spx_stop_new(void)
{
    spx_stop *stop = malloc(sizeof *stop);

    if (stop)
        atomic_init(&stop->is_set, false);
    return stop;
}

void spx_stop_free(spx_stop *stop) { free(stop); }

void spx_stop_set(spx_stop *stop)
{
    atomic_store(&stop->is_set, true);
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

bool spx_stop_is_set(const spx_stop *stop) { return atomic_load_explicit(&stop->is_set, memory_order_relaxed); }

spx_stop *spx_stop_watch(spx_stop *stop)
{
    spx_stop *before = watched;

    watched = stop;
    return before;
}

bool spx_is_stopped(void) { return watched && spx_stop_is_set(watched); }

int spx_enter(bool alone)
{
    pthread_mutex_lock(&lock);
    if (alone)
        waiting_alone++;
    while (!spx_is_stopped() && (is_alone || (alone ? working > 0 : waiting_alone > 0)))
        pthread_cond_wait(&changed, &lock);
    if (alone)
        waiting_alone--;
    int status = spx_is_stopped() ? SPX_STOPPED : SPX_OK;
    if (status == SPX_OK && alone)
        is_alone = true;
    else if (status == SPX_OK)
        working++;
    else
        pthread_cond_broadcast(&changed);
    entered_alone = alone;
    pthread_mutex_unlock(&lock);
    return status;
}

void spx_leave(void)
{
    pthread_mutex_lock(&lock);
    if (entered_alone)
        is_alone = false;
    else
        working--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

// A part of the picture, or nothing of it any more.
static int generate(VipsRegion *out, void *sequence, void *a, void *b, gboolean *stop)
{
    VipsRegion *in = sequence;
    (void)a, (void)stop;

    if (!spx_stop_is_set(b))
        return vips_region_prepare_to(in, out, &out->valid, out->valid.left, out->valid.top);
    for (int y = 0; y < out->valid.height; y++)
        memset(VIPS_REGION_ADDR(out, out->valid.left, out->valid.top + y), 0,
               VIPS_REGION_SIZEOF_LINE(out));
    return 0;
}

// `in`, and once the thread's stop is set, zeros. Not an error, nor vips_image_set_kill: libvips 8.14 may abort the process
// when one worker fails while another is about to begin (`assertion failed: (!pool->stop)`).
static VipsImage *gate(VipsImage *in)
{
    VipsImage *out = vips_image_new();
    VipsImage *inputs[] = {in, NULL};

    if (out && (vips_image_pipeline_array(out, VIPS_DEMAND_STYLE_ANY, inputs) ||
                vips_image_generate(out, vips_start_one, generate, vips_stop_one, in, watched)))
        g_clear_object(&out);
    return out;
}

VipsImage *spx_compute(VipsImage *lazy)
{
    VipsImage *gated, *memory;

    if (!watched)
        return vips_image_copy_memory(lazy);
    if (spx_is_stopped() || !(gated = gate(lazy)))
        return NULL;
    memory = vips_image_copy_memory(gated);
    g_object_unref(gated);
    if (memory && spx_is_stopped())
        g_clear_object(&memory);
    return memory;
}
