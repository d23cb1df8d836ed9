//! The report in a browser.

use crate::run;
use chainrule::report::HtmlReport;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-headless-shell",
    "google-chrome",
    "chromium-browser",
];

/// Opens a page, takes its picture, and returns the pixels and what the page said to the console.
fn open(
    page: &Path,
    picture: &Path,
    dark: bool,
    [width, height]: [u32; 2],
) -> (Vec<[u8; 3]>, Vec<String>) {
    let scheme = if dark { 0 } else { 1 };
    let output = NAMES
        .iter()
        .find_map(|name| {
            Command::new("timeout")
                .args([
                    "120",
                    name,
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--hide-scrollbars",
                ])
                .arg("--enable-logging=stderr")
                .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
                .arg(format!("--window-size={width},{height}"))
                .arg(format!("--screenshot={}", picture.display()))
                .arg(format!("file://{}", page.display()))
                .output()
                .ok()
                .filter(|output| output.status.success())
        })
        .expect("a Chromium that runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let console = said
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect();
    let file = fs::read(picture).expect("a picture");
    let mut reader = png::Decoder::new(Cursor::new(file))
        .read_info()
        .expect("a picture");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("its pixels");
    let samples = info.color_type.samples();
    let pixels = bytes
        .chunks_exact(samples)
        .map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    (pixels.collect(), console)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report")
}

fn brightness(pixels: &[[u8; 3]]) -> f64 {
    let sum: u64 = pixels.iter().flatten().map(|byte| u64::from(*byte)).sum();
    sum as f64 / (3 * 255 * pixels.len()) as f64
}

/// `CHAINRULE_REPORT` may be a report to look at; otherwise one is made. The pictures stay, to be looked at by people.
#[test]
#[ignore = "needs Chromium, which .ci/run tries to install"]
fn html_report_opens_in_chromium_in_light_and_dark() {
    fs::create_dir_all(folder()).expect("a folder");
    let page = std::env::var("CHAINRULE_REPORT").map_or_else(
        |_| {
            let page = folder().join("report.html");
            run::learn(&mut [&mut HtmlReport::new(&page)], 20);
            page
        },
        |page| fs::canonicalize(page).expect("the report"),
    );
    let name = page.file_stem().expect("a name").display().to_string();
    for (kind, dark, size) in [
        ("light", false, [1280, 4200]),
        ("dark", true, [1280, 4200]),
        ("phone", false, [400, 3200]),
    ] {
        let picture = folder().join(format!("{name}-{kind}.png"));
        let (pixels, console) = open(&page, &picture, dark, size);
        assert!(console.is_empty(), "{console:?}");
        let brightness = brightness(&pixels);
        assert_eq!(dark, brightness < 0.3, "{kind} has brightness {brightness}");
        assert_eq!(dark, brightness < 0.7, "{kind} has brightness {brightness}");
        // Not one colour, and not a line of text on it.
        let page = pixels[0];
        let drawn =
            pixels.iter().filter(|pixel| **pixel != page).count() as f64 / pixels.len() as f64;
        assert!(drawn > 0.2, "only {drawn} of {kind} is drawn on");
        println!(
            "{}: {drawn:.2} of it drawn on, brightness {brightness:.2}",
            picture.display()
        );
    }
}

/// What the test above trusts in: errors are heard.
#[test]
#[ignore = "needs Chromium, which .ci/run tries to install"]
fn chromium_tells_of_errors_of_a_page() {
    fs::create_dir_all(folder()).expect("a folder");
    let page = folder().join("broken.html");
    fs::write(&page, "<!DOCTYPE html><script>nothing.like(this)</script>").expect("a page");
    let (_, console) = open(&page, &folder().join("broken.png"), false, [200, 100]);
    assert!(
        console.iter().any(|line| line.contains("ReferenceError")),
        "{console:?}"
    );
}
