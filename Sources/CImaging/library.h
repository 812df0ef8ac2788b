#ifndef SPX_LIBRARY_H
#define SPX_LIBRARY_H

#include <vips/vips.h>

// libvips is loaded when the first picture is opened, and not with the program: it brings some ninety libraries along,
// which would double the start-up time and the memory of every script that has nothing to do with pictures. Its headers
// still check every call. A program linked with --as-needed, as `scripts/install` does it, therefore starts without it.
//
// On macOS it is linked as usual: the loader there does not search the folders of package managers.

int spx_load(const char **problem);

#ifdef __linux__

#define SPX_LIBRARY_FUNCTIONS(X) \
    X(g_free) X(g_log_set_handler) X(g_object_unref) X(g_ptr_array_add) X(g_ptr_array_free) \
    X(g_ptr_array_new_with_free_func) X(g_snprintf) X(g_strchomp) X(g_strdup) X(g_strlcpy) X(g_try_malloc) \
    X(vips_area_unref) \
    X(vips_array_double_newv) X(vips_arrayjoin) X(vips_autorot) X(vips_bandjoin2) X(vips_bandjoin_const1) \
    X(vips_black) X(vips_blend_mode_get_type) X(vips_cache_set_max) X(vips_cache_set_max_files) \
    X(vips_cache_set_max_mem) X(vips_cast) X(vips_cast_uchar) X(vips_colourspace) X(vips_composite2) \
    X(vips_concurrency_set) X(vips_copy) X(vips_embed) X(vips_enum_from_nick) X(vips_enum_nick) X(vips_error) \
    X(vips_error_buffer_copy) X(vips_error_clear) X(vips_error_system) X(vips_extract_area) \
    X(vips_extract_band) X(vips_find_trim) X(vips_flatten) X(vips_flip) X(vips_foreign_find_load_source) \
    X(vips_gaussblur) X(vips_gifsave_buffer) X(vips_icc_export) X(vips_icc_import) X(vips_icc_transform) \
    X(vips_image_copy_memory) X(vips_image_generate) X(vips_image_get_array_int) X(vips_image_get_bands) \
    X(vips_image_get_blob) X(vips_image_get_data) X(vips_image_get_height) X(vips_image_get_int) \
    X(vips_image_get_n_pages) X(vips_image_get_orientation) X(vips_image_get_page_height) \
    X(vips_image_get_string) X(vips_image_get_typeof) X(vips_image_get_width) \
    X(vips_image_guess_interpretation) X(vips_image_hasalpha) X(vips_image_map) X(vips_image_new) \
    X(vips_image_new_from_memory_copy) X(vips_image_new_from_source) X(vips_image_pipeline_array) \
    X(vips_image_remove) X(vips_image_set) X(vips_image_set_array_int) X(vips_image_set_blob_copy) \
    X(vips_image_set_int) X(vips_init) X(vips_interpolate_new) X(vips_interpretation_get_type) \
    X(vips_jpegsave_buffer) X(vips_linear) X(vips_linear1) X(vips_operation_block_set) X(vips_pngsave_buffer) \
    X(vips_premultiply) X(vips_region_new) X(vips_region_prepare) X(vips_region_prepare_to) X(vips_replicate) \
    X(vips_rot) X(vips_sharpen) X(vips_similarity) X(vips_source_new_from_descriptor) \
    X(vips_source_new_from_memory) X(vips_source_sniff) X(vips_start_one) X(vips_stop_one) \
    X(vips_svgload_buffer) X(vips_text) X(vips_thread_shutdown) X(vips_thumbnail_image) \
    X(vips_thumbnail_source) X(vips_tiffsave_buffer) X(vips_unpremultiply) X(vips_version_string) \
    X(vips_webpsave_buffer)

typedef struct {
#define SPX_FIELD(name) __typeof__(name) *name;
    SPX_LIBRARY_FUNCTIONS(SPX_FIELD)
#undef SPX_FIELD
} spx_library_functions;
extern spx_library_functions spx_library;

#ifndef SPX_LIBRARY_NAMES
#define g_free spx_library.g_free
#define g_log_set_handler spx_library.g_log_set_handler
#define g_object_unref spx_library.g_object_unref
#define g_ptr_array_add spx_library.g_ptr_array_add
#define g_ptr_array_free spx_library.g_ptr_array_free
#define g_ptr_array_new_with_free_func spx_library.g_ptr_array_new_with_free_func
#define g_snprintf spx_library.g_snprintf
#define g_strchomp spx_library.g_strchomp
#define g_strdup spx_library.g_strdup
#define g_strlcpy spx_library.g_strlcpy
#define g_try_malloc spx_library.g_try_malloc
#define vips_area_unref spx_library.vips_area_unref
#define vips_array_double_newv spx_library.vips_array_double_newv
#define vips_arrayjoin spx_library.vips_arrayjoin
#define vips_autorot spx_library.vips_autorot
#define vips_bandjoin2 spx_library.vips_bandjoin2
#define vips_bandjoin_const1 spx_library.vips_bandjoin_const1
#define vips_black spx_library.vips_black
#define vips_blend_mode_get_type spx_library.vips_blend_mode_get_type
#define vips_cache_set_max spx_library.vips_cache_set_max
#define vips_cache_set_max_files spx_library.vips_cache_set_max_files
#define vips_cache_set_max_mem spx_library.vips_cache_set_max_mem
#define vips_cast spx_library.vips_cast
#define vips_cast_uchar spx_library.vips_cast_uchar
#define vips_colourspace spx_library.vips_colourspace
#define vips_composite2 spx_library.vips_composite2
#define vips_concurrency_set spx_library.vips_concurrency_set
#define vips_copy spx_library.vips_copy
#define vips_embed spx_library.vips_embed
#define vips_enum_from_nick spx_library.vips_enum_from_nick
#define vips_enum_nick spx_library.vips_enum_nick
#define vips_error spx_library.vips_error
#define vips_error_buffer_copy spx_library.vips_error_buffer_copy
#define vips_error_clear spx_library.vips_error_clear
#define vips_error_system spx_library.vips_error_system
#define vips_extract_area spx_library.vips_extract_area
#define vips_extract_band spx_library.vips_extract_band
#define vips_find_trim spx_library.vips_find_trim
#define vips_flatten spx_library.vips_flatten
#define vips_flip spx_library.vips_flip
#define vips_foreign_find_load_source spx_library.vips_foreign_find_load_source
#define vips_gaussblur spx_library.vips_gaussblur
#define vips_gifsave_buffer spx_library.vips_gifsave_buffer
#define vips_icc_export spx_library.vips_icc_export
#define vips_icc_import spx_library.vips_icc_import
#define vips_icc_transform spx_library.vips_icc_transform
#define vips_image_copy_memory spx_library.vips_image_copy_memory
#define vips_image_generate spx_library.vips_image_generate
#define vips_image_get_array_int spx_library.vips_image_get_array_int
#define vips_image_get_bands spx_library.vips_image_get_bands
#define vips_image_get_blob spx_library.vips_image_get_blob
#define vips_image_get_data spx_library.vips_image_get_data
#define vips_image_get_height spx_library.vips_image_get_height
#define vips_image_get_int spx_library.vips_image_get_int
#define vips_image_get_n_pages spx_library.vips_image_get_n_pages
#define vips_image_get_orientation spx_library.vips_image_get_orientation
#define vips_image_get_page_height spx_library.vips_image_get_page_height
#define vips_image_get_string spx_library.vips_image_get_string
#define vips_image_get_typeof spx_library.vips_image_get_typeof
#define vips_image_get_width spx_library.vips_image_get_width
#define vips_image_guess_interpretation spx_library.vips_image_guess_interpretation
#define vips_image_hasalpha spx_library.vips_image_hasalpha
#define vips_image_map spx_library.vips_image_map
#define vips_image_new spx_library.vips_image_new
#define vips_image_new_from_memory_copy spx_library.vips_image_new_from_memory_copy
#define vips_image_new_from_source spx_library.vips_image_new_from_source
#define vips_image_pipeline_array spx_library.vips_image_pipeline_array
#define vips_image_remove spx_library.vips_image_remove
#define vips_image_set spx_library.vips_image_set
#define vips_image_set_array_int spx_library.vips_image_set_array_int
#define vips_image_set_blob_copy spx_library.vips_image_set_blob_copy
#define vips_image_set_int spx_library.vips_image_set_int
#define vips_init spx_library.vips_init
#define vips_interpolate_new spx_library.vips_interpolate_new
#define vips_interpretation_get_type spx_library.vips_interpretation_get_type
#define vips_jpegsave_buffer spx_library.vips_jpegsave_buffer
#define vips_linear spx_library.vips_linear
#define vips_linear1 spx_library.vips_linear1
#define vips_operation_block_set spx_library.vips_operation_block_set
#define vips_pngsave_buffer spx_library.vips_pngsave_buffer
#define vips_premultiply spx_library.vips_premultiply
#define vips_region_new spx_library.vips_region_new
#define vips_region_prepare spx_library.vips_region_prepare
#define vips_region_prepare_to spx_library.vips_region_prepare_to
#define vips_replicate spx_library.vips_replicate
#define vips_rot spx_library.vips_rot
#define vips_sharpen spx_library.vips_sharpen
#define vips_similarity spx_library.vips_similarity
#define vips_source_new_from_descriptor spx_library.vips_source_new_from_descriptor
#define vips_source_new_from_memory spx_library.vips_source_new_from_memory
#define vips_source_sniff spx_library.vips_source_sniff
#define vips_start_one spx_library.vips_start_one
#define vips_stop_one spx_library.vips_stop_one
#define vips_svgload_buffer spx_library.vips_svgload_buffer
#define vips_text spx_library.vips_text
#define vips_thread_shutdown spx_library.vips_thread_shutdown
#define vips_thumbnail_image spx_library.vips_thumbnail_image
#define vips_thumbnail_source spx_library.vips_thumbnail_source
#define vips_tiffsave_buffer spx_library.vips_tiffsave_buffer
#define vips_unpremultiply spx_library.vips_unpremultiply
#define vips_version_string spx_library.vips_version_string
#define vips_webpsave_buffer spx_library.vips_webpsave_buffer
#endif

#endif
#endif
