//! The stack that each network of the README and the examples takes, as a table.
//!
//! `cargo run --release -p chainrule-benches --no-default-features --bin stack`

use chainrule_benches::memory::{Memory, memories};

fn main() -> std::io::Result<()> {
    println!("{}", Memory::HEADER);
    for memory in memories()? {
        println!("{memory}");
    }
    Ok(())
}
