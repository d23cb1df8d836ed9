//! Functions for C in a crate that denies what it can.
#![deny(warnings, missing_docs, unreachable_pub, unsafe_code, unsafe_op_in_unsafe_fn, unused_qualifications)]

mod inner {
    chainrule::network! {
        #[network(export_c = "a_c_program_calls_this")]
        struct Steps: [16, 2] -> [16, 1] { Lstm(3), Linear(1) }
    }

    pub(super) fn header() -> &'static str {
        Steps::C_HEADER
    }
}

fn main() {
    assert!(inner::header().contains("void a_c_program_calls_this_stream_step(const Steps *network"));
}
