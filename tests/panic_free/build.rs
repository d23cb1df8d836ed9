//! The linked library keeps its relocations: they tell which function refers to which.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-cdylib=-Wl,--emit-relocs");
}
