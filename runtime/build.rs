//! Tells the crate what the profile asks for: `small_code` for little of it, and `compiles_whole` where small networks are
//! to be compiled as one function each: neither for small code nor without the optimiser, where such a function takes
//! megabytes of stack.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(compiles_whole)");
    println!("cargo:rustc-check-cfg=cfg(small_code)");
    match std::env::var("OPT_LEVEL").as_deref() {
        Ok("0") => {}
        Ok("s" | "z") => println!("cargo:rustc-cfg=small_code"),
        _ => println!("cargo:rustc-cfg=compiles_whole"),
    }
}
