#include <string.h>

#include "internal.h"

int spx_image_flatten(const spx_image *image, spx_color background, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsArrayDouble *color;
    int failed;

    // libvips 8.14 takes the last channel of any picture for alpha here, blue included.
    if (!vips_image_hasalpha(spx_vips(image)))
        return spx_finish(spx_vips(image), out, error);
    color = vips_array_double_newv(3, background.red, background.green, background.blue);
    failed = vips_flatten(spx_vips(image), &s.at[0], "background", color, NULL);
    vips_area_unref(VIPS_AREA(color));
    return spx_end(&s, failed ? NULL : s.at[0], out, error);
}

// Scales the alpha channel of `in` by `factor`, adding one if need be. Uses three slots of `s` from `slot` on.
static VipsImage *scale_alpha(VipsImage *in, double factor, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot];
    double multiply[4] = {1, 1, 1, factor}, add[4] = {0, 0, 0, 0};

    if (spx_with_alpha(in, &t[0]))
        return NULL;
    if (factor >= 1)
        return t[0];
    if (vips_linear(t[0], &t[1], multiply, add, 4, "uchar", TRUE, NULL) ||
        vips_copy(t[1], &t[2], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        return NULL;
    return t[2];
}

// `colours` with `alpha` for its alpha channel. Uses two slots of `s` from `slot` on.
static VipsImage *with_alpha(VipsImage *colours, VipsImage *alpha, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot];

    if (vips_bandjoin2(colours, alpha, &t[0], NULL) ||
        vips_copy(t[0], &t[1], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        return NULL;
    return t[1];
}

// Lays `over` on `base` and gives the colours alone. Uses three slots of `s` from `slot` on.
static VipsImage *laid(VipsImage *base, VipsImage *over, int x, int y, VipsBlendMode mode, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot];

    if (vips_composite2(
            base, over, &t[0], mode, "x", x, "y", y, "compositing_space", VIPS_INTERPRETATION_sRGB, NULL) ||
        vips_cast_uchar(t[0], &t[1], NULL) || vips_extract_band(t[1], &t[2], 0, "n", 3, NULL))
        return NULL;
    return t[2];
}

// What `over` (with alpha) becomes at (x, y) of `base` when their colours are mixed: as large as `base`, to be laid on it
// like any picture. Mixes opaque colours, and lets the alpha channels have their say afterwards: libvips 8.14 takes the
// overlay's alpha twice in every mode but `over`. Uses sixteen slots of `s` from `slot` on.
static VipsImage *mixed(VipsImage *base, VipsImage *over, int x, int y, VipsBlendMode mode, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot], *colours;
    int width = vips_image_get_width(base), height = vips_image_get_height(base);

    if (vips_extract_band(base, &t[0], 0, "n", 3, NULL) || vips_extract_band(over, &t[1], 0, "n", 3, NULL) ||
        vips_extract_band(over, &t[2], 3, NULL) || vips_embed(t[2], &t[3], x, y, width, height, NULL))
        return NULL;
    colours = laid(t[0], t[1], x, y, mode, s, slot + 4);
    // Where there is no base, there is nothing to mix with.
    if (colours && vips_image_hasalpha(base)) {
        if (vips_extract_band(base, &t[7], 3, NULL) || vips_embed(t[1], &t[8], x, y, width, height, NULL))
            return NULL;
        colours = with_alpha(colours, t[7], s, slot + 9);
        colours = colours ? laid(t[8], colours, 0, 0, VIPS_BLEND_MODE_OVER, s, slot + 11) : NULL;
    }
    return colours ? with_alpha(colours, t[3], s, slot + 14) : NULL;
}

int spx_image_composite(
    const spx_image *base, const spx_image *overlay, int x, int y, const char *blend, double opacity, spx_image **out,
    spx_error *error)
{
    spx_steps s = {0};
    int mode = vips_enum_from_nick("composite", VIPS_TYPE_BLEND_MODE, blend);
    VipsImage *over = mode < 0 ? NULL : scale_alpha(spx_vips(overlay), opacity, &s, 0);
    VipsImage *last = NULL;

    if (over && mode != VIPS_BLEND_MODE_OVER) {
        over = mixed(spx_vips(base), over, x, y, (VipsBlendMode)mode, &s, 6);
        x = y = 0;
    }
    if (over &&
        !vips_composite2(
            spx_vips(base), over, &s.at[3], VIPS_BLEND_MODE_OVER, "x", x, "y", y, "compositing_space",
            VIPS_INTERPRETATION_sRGB, NULL) &&
        !vips_cast_uchar(s.at[3], &s.at[4], NULL)) {
        last = s.at[4];
        // An opaque base stays opaque under every blend mode that is offered, so its new alpha channel says nothing.
        if (!vips_image_hasalpha(spx_vips(base)))
            last = vips_extract_band(last, &s.at[5], 0, "n", 3, NULL) ? NULL : s.at[5];
    }
    return spx_end(&s, last, out, error);
}

int spx_image_blur(const spx_image *image, double sigma, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsImage *in = spx_vips(image), *last = NULL;

    if (!vips_image_hasalpha(in))
        last = vips_gaussblur(in, &s.at[0], sigma, NULL) ? NULL : s.at[0];
    else if (
        !vips_premultiply(in, &s.at[0], NULL) && !vips_gaussblur(s.at[0], &s.at[1], sigma, NULL) &&
        !vips_unpremultiply(s.at[1], &s.at[2], NULL) && !vips_cast_uchar(s.at[2], &s.at[3], NULL) &&
        !vips_copy(s.at[3], &s.at[4], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        last = s.at[4];
    return spx_end(&s, last, out, error);
}

int spx_image_sharpen(const spx_image *image, double sigma, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    int failed = vips_sharpen(spx_vips(image), &s.at[0], "sigma", sigma, NULL) ||
        vips_cast_uchar(s.at[0], &s.at[1], NULL);

    return spx_end(&s, failed ? NULL : s.at[1], out, error);
}

int spx_image_grayscale(const spx_image *image, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    int failed = vips_colourspace(spx_vips(image), &s.at[0], VIPS_INTERPRETATION_B_W, NULL) ||
        vips_colourspace(s.at[0], &s.at[1], VIPS_INTERPRETATION_sRGB, NULL) || vips_cast_uchar(s.at[1], &s.at[2], NULL);

    return spx_end(&s, failed ? NULL : s.at[2], out, error);
}

// A picture of one colour whose alpha is `mask` times the colour's. Uses four slots of `s` from `slot` on.
static VipsImage *fill(VipsImage *mask, spx_color color, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot];
    double zero[3] = {0, 0, 0}, rgb[3] = {color.red, color.green, color.blue};

    if (vips_linear(mask, &t[0], zero, rgb, 3, "uchar", TRUE, NULL) ||
        vips_linear1(mask, &t[1], color.alpha / 255, 0, "uchar", TRUE, NULL) ||
        vips_bandjoin2(t[0], t[1], &t[2], NULL) ||
        vips_copy(t[2], &t[3], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
        return NULL;
    return t[3];
}

int spx_image_silhouette(const spx_image *image, spx_color color, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    VipsImage *last = NULL;

    if (!spx_with_alpha(spx_vips(image), &s.at[0]) && !vips_extract_band(s.at[0], &s.at[1], 3, NULL))
        last = fill(s.at[1], color, &s, 2);
    return spx_end(&s, last, out, error);
}

int spx_image_blank(int width, int height, spx_color color, spx_image **out, spx_error *error)
{
    spx_steps s = {0};
    int opaque = color.alpha >= 255;
    double zero[4] = {0, 0, 0, 0}, value[4] = {color.red, color.green, color.blue, color.alpha};
    int failed = vips_black(&s.at[0], width, height, NULL) ||
        vips_linear(s.at[0], &s.at[1], zero, value, opaque ? 3 : 4, "uchar", TRUE, NULL) ||
        vips_copy(s.at[1], &s.at[2], "interpretation", VIPS_INTERPRETATION_sRGB, NULL);

    return spx_end(&s, failed ? NULL : s.at[2], out, error);
}

int spx_image_text(
    const char *markup, const char *font, int width, int alignment, bool justify, int line_spacing, spx_color color,
    spx_image **out, spx_error *error)
{
    static const VipsAlign alignments[] = {VIPS_ALIGN_LOW, VIPS_ALIGN_CENTRE, VIPS_ALIGN_HIGH};
    spx_steps s = {0};
    VipsImage *last = NULL;
    // At 72 dots per inch one point is one pixel, so font sizes are in pixels everywhere.
    VipsAlign align = alignments[alignment];
    int failed = width > 0
        ? vips_text(
              &s.at[0], markup, "font", font, "dpi", 72, "align", align, "spacing", line_spacing, "justify",
              (gboolean)justify, "width", width, "wrap", VIPS_TEXT_WRAP_WORD_CHAR, NULL)
        : vips_text(&s.at[0], markup, "font", font, "dpi", 72, "align", align, "spacing", line_spacing, NULL);

    if (!failed)
        last = fill(s.at[0], color, &s, 1);
    return spx_end(&s, last, out, error);
}

int spx_image_copy_lab(const spx_image *image, float *lab, spx_error *error)
{
    spx_steps s = {0};
    VipsImage *in = spx_vips(image);
    spx_image *memory = NULL;
    int failed = 0, status = SPX_FAILED;

    if (vips_image_hasalpha(in)) {
        failed = vips_extract_band(in, &s.at[0], 0, "n", 3, NULL);
        in = s.at[0];
    }
    if (!failed)
        failed = vips_colourspace(in, &s.at[1], VIPS_INTERPRETATION_LAB, NULL) ||
            vips_cast(s.at[1], &s.at[2], VIPS_FORMAT_FLOAT, NULL);
    status = spx_end(&s, failed ? NULL : s.at[2], &memory, error);
    if (status == SPX_OK) {
        size_t count = (size_t)spx_image_width(memory) * (size_t)spx_image_height(memory) * 3;
        memcpy(lab, spx_image_pixels(memory), count * sizeof(float));
        spx_image_unref(memory);
    }
    return status;
}
