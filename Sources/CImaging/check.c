#include "internal.h"

// Decodes `image` on this thread, so that all warnings come up here, and keeps nothing.
static int decode_and_drop(VipsImage *image)
{
    // As many rows at once as leave little in memory and cost little to ask for.
    enum { ROWS = 128 };
    VipsRegion *region = vips_region_new(image);
    int failed = !region;

    for (int y = 0; !failed && !spx_is_stopped() && y < image->Ysize; y += ROWS) {
        VipsRect rows = {0, y, image->Xsize, image->Ysize - y < ROWS ? image->Ysize - y : ROWS};
        failed = vips_region_prepare(region, &rows);
    }
    g_clear_object(&region);
    return failed ? -1 : 0;
}

int spx_check_bytes(
    const void *bytes, size_t count, int format, int page, spx_warnings *warnings, spx_error *error)
{
    char options[32] = "";
    VipsImage *image = NULL;
    int failed;

    // The other loaders have no pages to choose from, and refuse the option.
    if (format != SPX_FORMAT_JPEG && format != SPX_FORMAT_PNG) {
        if (page < 0)
            g_snprintf(options, sizeof options, "[n=-1]");
        else
            g_snprintf(options, sizeof options, "[page=%d]", page);
    }
    vips_error_clear();
    spx_collect_warnings(warnings);
    VipsSource *source = vips_source_new_from_memory(bytes, count);
    if (source)
        image = vips_image_new_from_source(
            source, options, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", spx_fail_on(format, false), NULL);
    failed = !image || decode_and_drop(image);
    // Before libvips' account of the failure is cleared: the JPEG loader's warning is read from the same place.
    g_clear_object(&image);
    g_clear_object(&source);
    spx_collect_warnings(NULL);
    int status = failed || spx_is_stopped() ? spx_fail(error) : SPX_OK;
    vips_error_clear();
    return status;
}
