#include "internal.h"

void spx_image_unref(spx_image *image)
{
    if (image)
        g_object_unref(spx_vips(image));
}

int spx_image_width(const spx_image *image) { return vips_image_get_width(spx_vips(image)); }

int spx_image_height(const spx_image *image) { return vips_image_get_height(spx_vips(image)); }

int spx_image_bands(const spx_image *image) { return vips_image_get_bands(spx_vips(image)); }

const uint8_t *spx_image_pixels(const spx_image *image)
{
    // Never computes anything: spx_finish has made this a memory image.
    return vips_image_get_data(spx_vips(image));
}

int spx_image_from_pixels(const uint8_t *pixels, int width, int height, int bands, spx_image **out, spx_error *error)
{
    size_t count = (size_t)width * (size_t)height * (size_t)bands;
    spx_steps steps = {0};
    VipsImage *last = NULL;

    if ((steps.at[0] = vips_image_new_from_memory_copy(pixels, count, width, height, bands, VIPS_FORMAT_UCHAR)) &&
        !vips_copy(steps.at[0], &steps.at[1], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        last = steps.at[1];
    return spx_end(&steps, last, out, error);
}

int spx_finish(VipsImage *lazy, spx_image **out, spx_error *error)
{
    VipsImage *memory = spx_compute(lazy);

    if (!memory)
        return spx_fail(error);
    *out = (spx_image *)memory;
    return SPX_OK;
}

void spx_release(spx_steps *steps)
{
    for (int i = 0; i < SPX_STEPS; i++)
        if (steps->at[i])
            g_object_unref(steps->at[i]);
}

int spx_end(spx_steps *steps, VipsImage *last, spx_image **out, spx_error *error)
{
    int status = last ? spx_finish(last, out, error) : spx_fail(error);

    spx_release(steps);
    return status;
}

int spx_with_alpha(VipsImage *in, VipsImage **out)
{
    if (vips_image_hasalpha(in))
        return vips_copy(in, out, NULL);
    return vips_bandjoin_const1(in, out, 255, NULL);
}
