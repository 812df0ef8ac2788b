#include <pthread.h>
#include <stdio.h>

#include "internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started = -1;
static char start_error[512];

static void take_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
    (void)domain, (void)data;
    if (level & G_LOG_LEVEL_WARNING)
        spx_note_warning(message);
}

static void start(void)
{
    const char *problem = NULL;

    if (spx_load(&problem) != 0) {
        snprintf(start_error, sizeof start_error, "%s", problem);
        return;
    }

    // libvips prints its warnings to stderr by itself. They concern a user's file and are reported where they matter.
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, take_message, NULL);

    started = vips_init("speedpix");
    if (started != 0) {
        char *text = vips_error_buffer_copy();
        g_strlcpy(start_error, text, sizeof start_error);
        g_free(text);
        return;
    }

    // The operation cache keeps finished pictures alive; here every picture is computed once and owned by one Swift
    // object.
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    // Several pictures are worked on at once, so few threads for each is what keeps the machine busy and memory low.
    vips_concurrency_set(2);

    // Blocking applies to a class and all below it. What is not named here cannot be reached by any file, however it is
    // called: ImageMagick, PDF, OpenSlide, CSV, raw matrices and the rest have a record of holes. SVG is open for our
    // own markup only, and files are kept from it by the check in open.c.
    vips_operation_block_set("VipsForeignLoad", TRUE);
    static const char *const loaders[] = {
        "VipsForeignLoadJpeg", "VipsForeignLoadPng",  "VipsForeignLoadWebp", "VipsForeignLoadNsgif",
        "VipsForeignLoadTiff", "VipsForeignLoadHeif", "VipsForeignLoadSvg",
    };
    for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
        vips_operation_block_set(loaders[i], FALSE);
}

int spx_start(spx_error *error)
{
    pthread_once(&once, start);
    return started == 0 ? SPX_OK : spx_fail_with(error, SPX_FAILED, start_error);
}

void spx_thread_end(void)
{
    if (started == 0)
        vips_thread_shutdown();
}

const char *spx_library_version(void) { return vips_version_string(); }

int spx_fail_with(spx_error *error, int status, const char *text)
{
    // Not GLib's: this must work without it.
    snprintf(error->text, error->capacity, "%s", text);
    return status;
}

int spx_fail(spx_error *error)
{
    // Copying and clearing is one step under libvips' lock. The buffer is the process's, so when two calls fail at the
    // same moment one text may hold both accounts; the status of each call is its own.
    // The account stays: it is not this call's.
    if (spx_is_stopped())
        return SPX_STOPPED;
    char *text = vips_error_buffer_copy();
    g_strchomp(text);
    g_strlcpy(error->text, *text ? text : "libvips gave no reason", error->capacity);
    g_free(text);
    return SPX_FAILED;
}
