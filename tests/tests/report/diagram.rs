//! The diagram of the report finds the blocks of a network in the labels of its layers.

use crate::run::{end, info};
use chainrule::prelude::*;
use chainrule::report::HtmlReport;
use chainrule::train::{Event, Observer, RunInfo};
use std::fs;

network! {
    struct Blocks: [4] -> [5] {
        stem: Linear(4), Relu,
        stage: Repeat(2) { Residual { fc: Linear(4), Tanh } },
        widen: Residual(project = Linear(3)) { Linear(3) },
        Relu,
        Concat { left: { Linear(3) } { out: Linear(2) } },
    }
}

network! {
    struct Agent: [4] {
        Linear(8), Tanh,
        Heads { policy: { Linear(2) }, value: { Linear(1) } },
    }
}

/// The diagram in words: boxes by their labels or layers, groups and ways in brackets, arrows with shapes, `^` where
/// gradients go back.
fn diagram<N: Network>(input: &'static [usize]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    let mut report = HtmlReport::new(&path);
    let layers = N::LAYERS;
    let run = RunInfo {
        layers,
        input,
        ..info(0)
    };
    report
        .observe(&Event::Start(&run))
        .expect("a place to write");
    end(&mut report);
    let page = fs::read_to_string(&path).expect("the report");
    let (_, html) = page.split_once("<div class=\"flow\">").expect("a diagram");
    let (html, _) = html.split_once("</section>").expect("its end");
    let mut words = String::new();
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag");
        match tag {
            "/div" => words += open.pop().unwrap_or_default(),
            _ if tag.starts_with("div") => {
                let (before, after) = match tag {
                    "div class=\"group\"" => ("(", ")"),
                    "div class=\"ways\"" => ("{", "}"),
                    "div class=\"way\"" => ("|", ""),
                    _ => ("", ""),
                };
                words += before;
                open.push(after);
            }
            "use href=\"#up\"/" => words += "^",
            "b" | "code" | "span" | "span class=\"name\"" => {
                words += " ";
                words += text.trim();
            }
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[test]
fn html_report_diagram_shows_blocks_with_their_ways() {
    assert_eq!(
        diagram::<Blocks>(&[4]),
        "input [4] stem Linear(4) [4]^ Relu( stage( 0( residual1{| [4]^ fc Linear(4) [4]^ Tanh [4]^| unchanged [4]^} \
         Residual))( 1( residual1{| [4]^ fc Linear(4) [4]^ Tanh [4]^| unchanged [4]^} Residual)))( widen{| [4]^ linear1 \
         Linear(3) [3]^| [4]^ project Linear(3) [3]^} widen Residual(project = Linear(3))) [3]^ Relu( concat1{|( left [3]^ linear1 Linear(3)) \
         [3]^|( branch2 [3]^ out Linear(2)) [2]^} Concat) [5]^ loss gradients start here"
    );
}

#[test]
fn html_report_diagram_shows_heads_beside_each_other() {
    assert_eq!(
        diagram::<Agent>(&[4]),
        "input [4] linear1 Linear(8) [8]^ Tanh{|( policy [8]^ linear1 Linear(2)) [2]^|( value [8]^ linear1 Linear(1)) [1]^} \
         Heads [3]^ loss gradients start here"
    );
}
