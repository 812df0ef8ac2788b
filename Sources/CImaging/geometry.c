#include <math.h>

#include "internal.h"

int spx_image_resize(const spx_image *image, int width, int height, int mode, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsSize size = mode == SPX_EXACT ? VIPS_SIZE_FORCE : VIPS_SIZE_BOTH;
    VipsInteresting crop = mode == SPX_COVER ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
    int failed = vips_thumbnail_image(
        spx_vips(image), &s.at[0], width, "height", height, "size", size, "crop", crop, "no_rotate", TRUE, NULL);

    return spx_end(&s, failed ? NULL : s.at[0], out, error);
}

int spx_image_crop(const spx_image *image, int x, int y, int width, int height, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    int failed = vips_extract_area(spx_vips(image), &s.at[0], x, y, width, height, NULL);

    return spx_end(&s, failed ? NULL : s.at[0], out, error);
}

int spx_image_embed(
    const spx_image *image, int x, int y, int width, int height, spx_color background, spx_image **out,
    spx_error *error)
{
    spx_steps s = {0};
    VipsImage *in = spx_vips(image);
    VipsArrayDouble *color;
    int failed = 0;

    // A see-through margin needs an alpha channel to be see-through in.
    if (background.alpha < 255) {
        failed = spx_with_alpha(in, &s.at[0]);
        in = s.at[0];
    }
    if (!failed) {
        color = vips_image_hasalpha(in)
            ? vips_array_double_newv(4, background.red, background.green, background.blue, background.alpha)
            : vips_array_double_newv(3, background.red, background.green, background.blue);
        failed = vips_embed(
            in, &s.at[1], x, y, width, height, "extend", VIPS_EXTEND_BACKGROUND, "background", color, NULL);
        vips_area_unref(VIPS_AREA(color));
    }
    return spx_end(&s, failed ? NULL : s.at[1], out, error);
}

int spx_image_find_trim(
    const spx_image *image, spx_color background, double threshold, int *x, int *y, int *width, int *height,
    spx_error *error)
{
    spx_steps s = {0};
    VipsImage *in = spx_vips(image);
    VipsArrayDouble *color;
    int failed = 0;

    if (vips_image_hasalpha(in)) {
        failed = vips_extract_band(in, &s.at[0], in->Bands - 1, NULL);
        in = s.at[0];
        color = vips_array_double_newv(1, 0.0);
    } else {
        color = vips_array_double_newv(3, background.red, background.green, background.blue);
    }
    if (!failed)
        failed = vips_find_trim(in, x, y, width, height, "background", color, "threshold", threshold, NULL);
    vips_area_unref(VIPS_AREA(color));
    spx_release(&s);
    return failed ? spx_fail(error) : SPX_OK;
}

int spx_image_rotate(const spx_image *image, double degrees, spx_color background, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    double turn = fmod(fmod(degrees, 360) + 360, 360);
    int failed;

    if (fmod(turn, 90) == 0) {
        // Quarter turns move pixels without touching them.
        static const VipsAngle angles[] = {VIPS_ANGLE_D0, VIPS_ANGLE_D90, VIPS_ANGLE_D180, VIPS_ANGLE_D270};
        failed = vips_rot(spx_vips(image), &s.at[0], angles[(int)(turn / 90) % 4], NULL);
        return spx_end(&s, failed ? NULL : s.at[0], out, error);
    }

    // Interpolation mixes neighbours, and must not mix in the hidden colour of transparent ones: premultiply around it.
    // The corners are left transparent and filled afterwards, which gives them soft edges.
    VipsImage *last = NULL;
    VipsInterpolate *bicubic = vips_interpolate_new("bicubic");
    if (bicubic && !spx_with_alpha(spx_vips(image), &s.at[0]) && !vips_premultiply(s.at[0], &s.at[1], NULL) &&
        !vips_similarity(s.at[1], &s.at[2], "angle", turn, "interpolate", bicubic, NULL) &&
        !vips_unpremultiply(s.at[2], &s.at[3], NULL) && !vips_cast_uchar(s.at[3], &s.at[4], NULL) &&
        !vips_copy(s.at[4], &s.at[5], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        last = s.at[5];
    if (bicubic)
        g_object_unref(bicubic);
    if (last && background.alpha >= 255) {
        VipsArrayDouble *color = vips_array_double_newv(3, background.red, background.green, background.blue);
        last = vips_flatten(s.at[5], &s.at[6], "background", color, NULL) ? NULL : s.at[6];
        vips_area_unref(VIPS_AREA(color));
    }
    return spx_end(&s, last, out, error);
}

int spx_image_tile(const spx_image *image, int width, int height, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsImage *in = spx_vips(image), *rows[2], *last = NULL;
    int w = in->Xsize, h = in->Ysize;
    // One more than covers it: a row that is shifted begins in the middle of a picture.
    int across = width / w + 2, down = height / (2 * h) + 1;

    rows[0] = in;
    if (!vips_replicate(in, &s.at[0], 2, 1, NULL) && !vips_extract_area(s.at[0], &s.at[1], w / 2, 0, w, h, NULL)) {
        rows[1] = s.at[1];
        if (!vips_arrayjoin(rows, &s.at[2], 2, "across", 1, NULL) &&
            !vips_replicate(s.at[2], &s.at[3], across, down, NULL) &&
            !vips_extract_area(s.at[3], &s.at[4], 0, 0, width, height, NULL))
            last = s.at[4];
    }
    return spx_end(&s, last, out, error);
}

int spx_image_flip(const spx_image *image, bool vertically, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsDirection direction = vertically ? VIPS_DIRECTION_VERTICAL : VIPS_DIRECTION_HORIZONTAL;
    int failed = vips_flip(spx_vips(image), &s.at[0], direction, NULL);

    return spx_end(&s, failed ? NULL : s.at[0], out, error);
}
