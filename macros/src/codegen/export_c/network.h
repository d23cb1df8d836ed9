/*
 * @Net@: @input@ -> @output@, in @scalar@.
 *
 * Written by chainrule from the declaration of the network: do not edit.
 *
 * Pointers must not be null, must be aligned as their types are, and what is written must not overlap anything else that
 * a call takes. Builds of the library with debug assertions check that, and abort with a message. No function allocates,
 * locks, or keeps a pointer. A network that nobody writes may be read from several threads at a time.
 */
#ifndef CHAINRULE_@PREFIX@_H
#define CHAINRULE_@PREFIX@_H

#ifdef __cplusplus
extern "C" {
#endif

/** Scalars of an input, @input@, the last dimension innermost. */
#define @PREFIX@_INPUT_LEN @#input_len@
/** Scalars of an output, @output@. */
#define @PREFIX@_OUTPUT_LEN @#output_len@
/** Trained scalars of a network, in the order of `parameters()` in Rust, which is not that of PyTorch's tensors. */
#define @PREFIX@_PARAMETERS @#parameters@
/** Untrained scalars of a network, as running means, in the order of `buffers()` in Rust. */
#define @PREFIX@_BUFFERS @#buffers@
/** Size and alignment of a network. */
#define @PREFIX@_BYTES @#bytes@
#define @PREFIX@_ALIGN @#align@
/** Scalars of memory for @prefix@_forward_with. */
#define @PREFIX@_SCRATCH_LEN @#scratch_len@

/** A network: memory of that size and alignment, wherever it lies. Where the language knows no alignment it is opaque. */
typedef struct @Net@ @Net@;
#if defined(__cplusplus) && __cplusplus >= 201103L
struct alignas(@PREFIX@_ALIGN) @Net@ { unsigned char bytes[@PREFIX@_BYTES]; };
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
struct @Net@ { _Alignas(@PREFIX@_ALIGN) unsigned char bytes[@PREFIX@_BYTES]; };
#elif defined(__GNUC__)
struct @Net@ { unsigned char bytes[@PREFIX@_BYTES]; } __attribute__((aligned(@PREFIX@_ALIGN)));
#endif

/**
 * Makes a network from its scalars, in memory that need not be initialised. `parameters` or `buffers` may be null where
 * the network has none.
 */
void @prefix@_load(@Net@ *network, const @scalar@ *parameters, const @scalar@ *buffers);

@?forward@/**
 * The output for one sample, with activations in `scratch`, which need not be initialised.
 */
void @prefix@_forward_with(const @Net@ *network, const @scalar@ *input, @scalar@ *output, @scalar@ *scratch);
