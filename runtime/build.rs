//! Tells the crate whether small networks are to be compiled as one function: not where the profile asks for small code,
//! nor without the optimiser, where such a function takes megabytes of stack.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(compiles_whole)");
    if !matches!(std::env::var("OPT_LEVEL").as_deref(), Ok("0" | "s" | "z")) {
        println!("cargo:rustc-cfg=compiles_whole");
    }
}
