//! Tells the crate what the profile asks for: small code, or code that is fast.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(small_code, compiles_whole)");
    match std::env::var("OPT_LEVEL").as_deref() {
        Ok("s" | "z") => println!("cargo:rustc-cfg=small_code"),
        // Without the optimiser a network as one function takes megabytes of stack.
        Ok("0") => {}
        _ => println!("cargo:rustc-cfg=compiles_whole"),
    }
}
