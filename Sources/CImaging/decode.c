#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Colours to 8 bit sRGB with at most one alpha channel.
static VipsImage *to_srgb(VipsImage *in, spx_steps *s)
{
    VipsImage *image = in;

    // A broken profile is not a reason to refuse a picture whose pixels are whole: fall through to the plain conversion.
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) &&
        !vips_icc_transform(image, &s->at[0], "srgb", "embedded", TRUE, "depth", 8, NULL))
        image = s->at[0];
    vips_error_clear();

    if (vips_colourspace(image, &s->at[1], VIPS_INTERPRETATION_sRGB, NULL))
        return NULL;
    image = s->at[1];
    if (image->BandFmt != VIPS_FORMAT_UCHAR) {
        if (vips_cast(image, &s->at[2], VIPS_FORMAT_UCHAR, NULL))
            return NULL;
        image = s->at[2];
    }
    if (image->Bands > 4) {
        if (vips_extract_band(image, &s->at[3], 0, "n", 4, NULL))
            return NULL;
        image = s->at[3];
    }
    if (image->Bands < 3) {
        vips_error("open", "%d colour channels instead of three", image->Bands);
        return NULL;
    }
    return image;
}

static void *collect_field(VipsImage *image, const char *name, GValue *value, void *list)
{
    (void)image, (void)value;
    g_ptr_array_add(list, g_strdup(name));
    return NULL;
}

// Drops what the file said about itself. A left-over orientation or profile would be applied a second time by a later
// operation, and a photograph's position or author must not end up in a result.
static void drop_metadata(VipsImage *image)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    vips_image_map(image, collect_field, names);
    for (guint i = 0; i < names->len; i++)
        vips_image_remove(image, names->pdata[i]);
    g_ptr_array_free(names, TRUE);
}

// Runs a decoder. With several workers libvips loses the error of the last rows when another worker finds in that
// moment that there is nothing left to do (8.14), and may abort the process when one fails while another is about to
// begin (`assertion failed: (!pool->stop)`). With one worker neither can be. A decoder runs from top to bottom anyway:
// all that is lost is that its colours were converted beside it.
static VipsImage *decode_alone(VipsImage *own)
{
    vips_image_set_int(own, VIPS_META_CONCURRENCY, 1);
    VipsImage *memory = spx_compute(own);
    if (memory)
        vips_image_remove(memory, VIPS_META_CONCURRENCY);
    return memory;
}

// The rows above the place where the decoder gives up; the others are zero.
static VipsImage *decode_rows(VipsImage *lazy)
{
    // As many as loaders decode at once.
    enum { ROWS = 16 };
    int width = lazy->Xsize, height = lazy->Ysize, bands = lazy->Bands, y = 0;
    size_t row = (size_t)width * (size_t)bands;
    uint8_t *pixels = calloc((size_t)height, row);
    VipsRegion *region = pixels ? vips_region_new(lazy) : NULL;
    VipsImage *memory = NULL, *named = NULL;

    for (; region && y < height && !spx_is_stopped(); y += ROWS) {
        VipsRect rows = {0, y, width, height - y < ROWS ? height - y : ROWS};
        if (vips_region_prepare(region, &rows))
            break;
        for (int i = 0; i < rows.height; i++)
            memcpy(pixels + (size_t)(y + i) * row, VIPS_REGION_ADDR(region, 0, y + i), row);
    }
    g_clear_object(&region);
    if (y > 0) {
        vips_error_clear();
        memory = vips_image_new_from_memory_copy(
            pixels, (size_t)height * row, width, height, bands, VIPS_FORMAT_UCHAR);
        // Its number of channels says what is alpha only together with what they mean.
        if (memory && vips_copy(memory, &named, "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
            named = NULL;
        g_clear_object(&memory);
    }
    free(pixels);
    return named;
}

int spx_decode(VipsImage *header, bool partial, spx_image **out, spx_error *error)
{
    spx_steps color = {0}, turn = {0}, clean = {0};
    VipsImage *image = to_srgb(header, &color);
    // Frames that lie one under the other would change places, and each has to be turned by itself.
    bool is_strip = vips_image_get_page_height(header) < header->Ysize;
    int orientation = image && !is_strip ? vips_image_get_orientation(image) : 1;
    bool decoded = false;
    int status = SPX_FAILED;

    if (image && partial) {
        image = turn.at[0] = decode_rows(image);
        decoded = true;
        if (image)
            vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    } else if (image && orientation > 1) {
        // A decoder runs from top to bottom, so the picture has to be whole before it can be turned.
        if (vips_copy(image, &turn.at[1], NULL))
            image = NULL;
        else
            image = turn.at[0] = decode_alone(turn.at[1]);
        decoded = true;
    }
    if (image && orientation > 1)
        image = vips_autorot(image, &turn.at[2], NULL) ? NULL : turn.at[2];

    if (image && !vips_copy(image, &clean.at[0], "interpretation", VIPS_INTERPRETATION_sRGB, NULL)) {
        drop_metadata(clean.at[0]);
        if (decoded) {
            status = spx_finish(clean.at[0], out, error);
        } else {
            *out = (spx_image *)decode_alone(clean.at[0]);
            status = *out ? SPX_OK : spx_fail(error);
        }
    } else {
        status = spx_fail(error);
    }
    spx_release(&clean);
    spx_release(&turn);
    spx_release(&color);
    return status;
}
