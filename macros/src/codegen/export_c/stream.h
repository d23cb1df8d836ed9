
/** Scalars of one time step that goes in, @step_input@, and that comes out, @step_output@. */
#define @PREFIX@_STEP_INPUT_LEN @#step_input_len@
#define @PREFIX@_STEP_OUTPUT_LEN @#step_output_len@
/** Size and alignment of what a stream remembers. */
#define @PREFIX@_STREAM_BYTES @#stream_bytes@
#define @PREFIX@_STREAM_ALIGN @#stream_align@

/** What a stream remembers of earlier steps. A copy of it goes on from where it was made. */
typedef struct @Net@Stream @Net@Stream;
#if defined(__cplusplus) && __cplusplus >= 201103L
struct alignas(@PREFIX@_STREAM_ALIGN) @Net@Stream { unsigned char bytes[@PREFIX@_STREAM_BYTES]; };
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
struct @Net@Stream { _Alignas(@PREFIX@_STREAM_ALIGN) unsigned char bytes[@PREFIX@_STREAM_BYTES]; };
#elif defined(__GNUC__)
struct @Net@Stream { unsigned char bytes[@PREFIX@_STREAM_BYTES]; } __attribute__((aligned(@PREFIX@_STREAM_ALIGN)));
#endif

/** Forgets all steps, in memory that need not be initialised: the next one is the first. */
void @prefix@_stream_init(@Net@Stream *stream);

/** The output of the next step. Another network may take the place of the one before: the stream keeps what it remembers. */
void @prefix@_stream_step(const @Net@ *network, @Net@Stream *stream, const @scalar@ *input, @scalar@ *output);
