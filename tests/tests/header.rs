//! Networks for C: the header compiles as C and C++, and the functions do what Rust does. A whole program in C is
//! `examples/embed_c`.

use chainrule::prelude::*;
use std::path::Path;
use std::process::Command;

network! {
    #[network(export_c)]
    pub struct LeNet5: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten,
        fc1: Linear(120), Relu,
        fc2: Linear(84), Relu,
        head: Linear(10),
    }
}

const WIDTH: usize = 5;

network! {
    /// In `f64`, with sizes that the macro does not know.
    #[network(scalar = f64, export_c)]
    struct Voice: [32, 2] -> [32, 1] { gru: Gru(WIDTH), LayerNorm, Linear(1) }
}

network! {
    /// Structs on both sides, and untrained state.
    #[network(export_c = "my_agent")]
    struct Agent: { state: [3], action: [2] } {
        Concat { { state, Linear(WIDTH), BatchNorm1d } { action } },
        Heads { policy: { Linear(2), Softmax }, value: { Linear(1) } },
    }
}

network! {
    /// More activations than the stack takes, and nothing trained.
    #[network(export_c)]
    struct Large: [200, 200] -> [200, 200] { Softmax(dim = 1), Transpose, Tanhshrink, Transpose, Softmax(dim = 1) }
}

network! {
    /// A stream that remembers nothing.
    #[network(export_c)]
    struct Plain: [8, 3] -> [8, 2] { Linear(2), Relu }
}

network! { struct Policy<const H: usize, T>: [4] -> [2] { Linear(H), Tanh, Linear(2) } }

network! {
    #[network(export_c)]
    struct Exported: [4] -> [2] { net: Policy<16, f32> }
}

network! {
    /// With weights in the program.
    #[network(export_c)]
    struct Built: [6] -> [6] { encoder: Linear(4), Tanh, tied(encoder, transposed = true) }
    weights = "weights/tied.safetensors"
}

const HEADERS: [(&str, &str); 7] = [
    ("built", Built::C_HEADER),
    ("lenet5", LeNet5::C_HEADER),
    ("voice", Voice::C_HEADER),
    ("my_agent", Agent::C_HEADER),
    ("large", Large::C_HEADER),
    ("plain", Plain::C_HEADER),
    ("exported", Exported::C_HEADER),
];

#[allow(unsafe_code, improper_ctypes)] // functions for C, which see pointers alone
unsafe extern "C" {
    fn built_embedded() -> *const Built;
    fn lenet5_load(network: *mut LeNet5, parameters: *const f32, buffers: *const f32);
    fn lenet5_forward(network: *const LeNet5, input: *const f32, output: *mut f32);
    fn lenet5_forward_with(
        network: *const LeNet5,
        input: *const f32,
        output: *mut f32,
        scratch: *mut f32,
    );
    fn voice_stream_init(stream: *mut <Voice as Streamable>::StreamState);
    fn voice_stream_step(
        network: *const Voice,
        stream: *mut <Voice as Streamable>::StreamState,
        input: *const f64,
        output: *mut f64,
    );
    fn my_agent_load(network: *mut Agent, parameters: *const f32, buffers: *const f32);
    fn my_agent_forward(network: *const Agent, input: *const f32, output: *mut f32);
    fn large_forward(network: *const Large, input: *const f32, output: *mut f32);
    fn large_forward_with(
        network: *const Large,
        input: *const f32,
        output: *mut f32,
        scratch: *mut f32,
    );
}

/// The value of a constant in a header.
#[track_caller]
fn constant(header: &str, name: &str) -> usize {
    let line = format!("#define {name} ");
    let value = header.lines().find_map(|text| text.strip_prefix(&line));
    value
        .unwrap_or_else(|| panic!("no {name} in\n{header}"))
        .parse()
        .unwrap()
}

#[test]
fn header_states_the_sizes() {
    let of = |name| constant(LeNet5::C_HEADER, name);
    assert_eq!(of("LENET5_INPUT_LEN"), 784);
    assert_eq!(of("LENET5_OUTPUT_LEN"), 10);
    assert_eq!(of("LENET5_PARAMETERS"), 61_706);
    assert_eq!(of("LENET5_BUFFERS"), 0);
    assert_eq!(of("LENET5_BYTES"), size_of::<LeNet5>());
    assert_eq!(of("LENET5_ALIGN"), 64);
    assert_eq!(of("LENET5_SCRATCH_LEN"), LeNet5::INFERENCE_BYTES / 4);
    assert!(!LeNet5::C_HEADER.contains("lenet5_stream"));

    let of = |name| constant(Voice::C_HEADER, name);
    type State = <Voice as Streamable>::StreamState;
    assert_eq!(of("VOICE_STREAM_BYTES"), size_of::<State>());
    assert_eq!(of("VOICE_STREAM_ALIGN"), align_of::<State>());
    assert_eq!(
        (of("VOICE_STEP_INPUT_LEN"), of("VOICE_STEP_OUTPUT_LEN")),
        (2, 1)
    );
    assert!(Voice::C_HEADER.contains("const double *input"));

    let of = |name| constant(Agent::C_HEADER, name);
    assert_eq!(
        (of("MY_AGENT_INPUT_LEN"), of("MY_AGENT_OUTPUT_LEN")),
        (5, 3)
    );
    assert_eq!(of("MY_AGENT_BUFFERS"), Agent::boxed().buffers().len());

    // C has no arrays without elements.
    assert_eq!(constant(Plain::C_HEADER, "PLAIN_STREAM_BYTES"), 1);
    assert_eq!(constant(Large::C_HEADER, "LARGE_BYTES"), 64);
    assert_eq!(constant(Large::C_HEADER, "LARGE_PARAMETERS"), 0);
}

#[test]
fn header_has_forward_where_activations_fit_the_stack() {
    for (name, header) in HEADERS {
        let declared = header.contains(&format!("{name}_forward("));
        assert_eq!(declared, name != "large");
        assert!(header.contains(&format!("{name}_forward_with(")));
        assert!(!header.contains('@'), "{header}");
    }
}

#[test]
fn header_compiles_as_c_and_as_cpp() {
    let directory = tempfile::tempdir().unwrap();
    for (name, header) in HEADERS {
        std::fs::write(directory.path().join(format!("{name}.h")), header).unwrap();
        // Twice, and every name is used; where C knows alignment, or the compiler does, a network is a variable.
        let upper = name.to_uppercase();
        let ty = [
            "Built", "LeNet5", "Voice", "Agent", "Large", "Plain", "Exported",
        ][HEADERS
            .iter()
            .position(|(other, _)| *other == name)
            .unwrap()];
        let program = format!(
            "#include \"{name}.h\"\n#include \"{name}.h\"\n\
             static {ty} network;\n\
             typedef char size[sizeof({ty}) == {upper}_BYTES ? 1 : -1];\n\
             int main(void) {{ size unused; (void)unused; (void)network; return {upper}_ALIGN == 0; }}\n"
        );
        let sources = [
            (
                "cc",
                format!("{name}.c"),
                &["-std=c99", "-std=c11", "-std=c17"][..],
            ),
            (
                "c++",
                format!("{name}.cpp"),
                &["-std=c++98", "-std=c++11", "-std=c++17"],
            ),
        ];
        for (compiler, file, standards) in sources {
            std::fs::write(directory.path().join(&file), &program).unwrap();
            for standard in standards {
                compile(directory.path(), compiler, standard, &file);
            }
        }
    }
}

/// Nothing where there is no such compiler.
#[track_caller]
fn compile(directory: &Path, compiler: &str, standard: &str, file: &str) {
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"];
    let mut command = Command::new(compiler);
    command
        .current_dir(directory)
        .arg(standard)
        .args(strict)
        .arg(file);
    match command.output() {
        Ok(output) => assert!(
            output.status.success(),
            "{compiler} {standard} {file}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => println!("skipped: no {compiler} here"),
    }
}

fn noise(len: usize) -> Vec<f32> {
    let noise = |index| (index as f32 * 12.9898 + 4.1414).sin() * 0.3;
    (0..len).map(noise).collect()
}

#[test]
#[allow(unsafe_code)] // functions for C
fn header_functions_give_the_bits_of_rust() {
    let net = LeNet5::init(&mut StdRng::seed_from_u64(7));
    let image: Vec<f32> = noise(784);
    let expected = net.forward(bytemuck::from_bytes::<[[[f32; 28]; 28]; 1]>(
        bytemuck::cast_slice(&image),
    ));
    let mut loaded = LeNet5::boxed();
    let (mut output, mut again) = ([f32::NAN; 10], [f32::NAN; 10]);
    let mut scratch = vec![f32::NAN; LeNet5::INFERENCE_BYTES / 4];
    // SAFETY: boxes, vectors and arrays of the sizes that the header states.
    unsafe {
        lenet5_load(&mut *loaded, net.parameters().as_ptr(), std::ptr::null());
        lenet5_forward(&*loaded, image.as_ptr(), output.as_mut_ptr());
        lenet5_forward_with(
            &*loaded,
            image.as_ptr(),
            again.as_mut_ptr(),
            scratch.as_mut_ptr(),
        );
    }
    assert_eq!(output, expected);
    assert_eq!(again, expected);
}

#[test]
#[allow(unsafe_code)] // functions for C
fn header_functions_of_a_stream_give_the_bits_of_rust() {
    let (first, second) = (
        Voice::init(&mut StdRng::seed_from_u64(7)),
        Voice::init(&mut StdRng::seed_from_u64(8)),
    );
    let mut expected = first.stream();
    let mut state = std::mem::MaybeUninit::uninit();
    // SAFETY: memory of the state's size and alignment.
    unsafe { voice_stream_init(state.as_mut_ptr()) };
    for t in 0..50 {
        let input = [t as f64 * 0.1, (t as f64).cos()];
        let net = if t < 20 { &first } else { &second };
        *expected.network_mut() = net;
        let mut output = [f64::NAN];
        // SAFETY: as above, and arrays of the sizes that the header states.
        unsafe {
            voice_stream_step(
                &**net,
                state.as_mut_ptr(),
                input.as_ptr(),
                output.as_mut_ptr(),
            );
        }
        assert_eq!(output, expected.step(&input), "{t}");
    }
}

#[test]
#[allow(unsafe_code)] // functions for C
fn header_functions_take_structs_as_scalars_in_order() {
    let mut net = Agent::init(&mut StdRng::seed_from_u64(7));
    net.buffers_mut()
        .copy_from_slice(&[0.1, 0.2, 0.3, 0.4, 0.5, 2.0, 1.5, 1.0, 0.5, 0.25]);
    let mut loaded = Agent::boxed();
    let (input, mut output) = ([0.1, 0.2, 0.3, 0.4, 0.5], [f32::NAN; 3]);
    // SAFETY: boxes and arrays of the sizes that the header states.
    unsafe {
        my_agent_load(
            &mut *loaded,
            net.parameters().as_ptr(),
            net.buffers().as_ptr(),
        );
        my_agent_forward(&*loaded, input.as_ptr(), output.as_mut_ptr());
    }
    let expected = net.forward(&AgentInput {
        state: [0.1, 0.2, 0.3],
        action: [0.4, 0.5],
    });
    let [left, right, value] = output;
    assert_eq!(([left, right], [value]), (expected.policy, expected.value));
}

#[test]
#[allow(unsafe_code)] // functions for C
fn header_function_gives_the_built_in_network() {
    // SAFETY: it has no arguments.
    let embedded = unsafe { built_embedded() };
    assert!(std::ptr::eq(embedded, Built::embedded()));
    assert!(Built::C_HEADER.contains("const Built *built_embedded(void);"));
    assert!(!LeNet5::C_HEADER.contains("lenet5_embedded"));
}

#[test]
#[allow(unsafe_code)] // functions for C
fn header_functions_run_large_networks_in_given_memory() {
    let (net, input) = (Large::boxed(), noise(40_000));
    let len = constant(Large::C_HEADER, "LARGE_SCRATCH_LEN");
    let (mut output, mut scratch) = (vec![f32::NAN; 40_000], vec![f32::NAN; len]);
    // SAFETY: boxes and vectors of the sizes that the header states.
    unsafe {
        large_forward_with(
            &*net,
            input.as_ptr(),
            output.as_mut_ptr(),
            scratch.as_mut_ptr(),
        );
    }
    for row in output.chunks(200) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

/// What the children of the next test do.
#[test]
#[ignore = "each is an abort"]
#[allow(unsafe_code)] // functions for C
fn header_misuse() {
    let net = LeNet5::boxed();
    let (mut scalars, null) = (vec![0.0_f32; 1000], std::ptr::null::<f32>());
    let pointer = scalars.as_mut_ptr();
    let large = Large::boxed();
    // SAFETY: none of these is sound; each aborts before it reads or writes.
    unsafe {
        match std::env::var("MISUSE").unwrap_or_default().as_str() {
            "null network" => lenet5_forward(null.cast(), pointer, pointer.add(800)),
            "null input" => lenet5_forward(&*net, null, pointer),
            "misaligned network" => {
                let shifted = (&raw const *net).byte_add(4);
                lenet5_forward(shifted, pointer, pointer.add(800));
            }
            "misaligned output" => lenet5_forward(&*net, pointer, pointer.byte_add(3201)),
            "overlap" => lenet5_forward(&*net, pointer, pointer.add(780)),
            "too large" => large_forward(&*large, pointer, pointer),
            other => panic!("no misuse {other}"),
        }
    }
}

#[test]
#[cfg(debug_assertions)]
fn header_misuse_aborts_with_a_message() {
    for (misuse, message) in [
        ("null network", "lenet5_forward: `network` is null"),
        ("null input", "lenet5_forward: `input` is null"),
        (
            "misaligned network",
            "lenet5_forward: `network` is not aligned to 64 bytes",
        ),
        (
            "misaligned output",
            "lenet5_forward: `output` is not aligned to 4 bytes",
        ),
        (
            "overlap",
            "lenet5_forward: `output` overlaps another argument",
        ),
        (
            "too large",
            "large_forward: the activations of this network are too large for the stack; use large_forward_with",
        ),
    ] {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "header_misuse"])
            .env("MISUSE", misuse)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stderr);
        assert!(
            !child.status.success() && child.status.code().is_none_or(|code| code != 101),
            "{misuse}: not aborted\n{text}"
        );
        assert!(text.contains(message), "{misuse}\n{text}");
    }
}
